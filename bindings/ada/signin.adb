--  signin PROFILE: prints the header for a request to the API. Where a person
--  must sign in for it, prints the address to open in a browser, and reads the
--  one that the browser ends at.
--
--     gnatmake signin.adb -largs -loauth

with Ada.Command_Line; use Ada.Command_Line;
with Ada.IO_Exceptions;
with Ada.Text_IO; use Ada.Text_IO;
with Liboauth; use Liboauth;
with Liboauth_C;

procedure Signin is

   use type Liboauth_C.int;

   Client : Liboauth.Client;

   procedure Sign_In;
   --  Sends the person to the browser, and exchanges what comes back

   procedure Print_Header;
   --  From memory or the store, refreshed if it is about to expire; or else a
   --  person signs in

   function Line return String;
   --  Empty at the end of the input

   function What_To_Do return String;

   function Line return String is
   begin
      return Get_Line;
   exception
      when Ada.IO_Exceptions.End_Error =>
         return "";
   end Line;

   procedure Sign_In is
   begin
      Put_Line (Client.Build_Authorize_Url);
      Flush;
      Client.Exchange_Code (Line);
   end Sign_In;

   procedure Print_Header is
   begin
      Put_Line (Client.Bearer_Header);
   exception
      when OAuth_Failure =>
         if Last_Action /= Liboauth_C.OAUTH_ACTION_SIGN_IN then
            raise;
         end if;
         Sign_In;
         Put_Line (Client.Bearer_Header);
   end Print_Header;

   function What_To_Do return String is
   begin
      case Last_Action is
         when Liboauth_C.OAUTH_ACTION_RETRY =>
            return "try again later.";
         when Liboauth_C.OAUTH_ACTION_SIGN_IN =>
            return "start again, and sign in.";
         when Liboauth_C.OAUTH_ACTION_FIX =>
            return "mend the configuration; trying again will not help.";
         when others =>
            return "send the request that waits: the profile has"
              & " http = ""caller"".";
      end case;
   end What_To_Do;

begin
   if Argument_Count /= 1 then
      Put_Line (Standard_Error, "usage: signin PROFILE");
      Set_Exit_Status (1);
      return;
   end if;
   Client.Open (Argument (1));
   Print_Header;
exception
   when OAuth_Failure =>
      Put_Line
        (Standard_Error,
         "error " & Liboauth_C.int'Image (Last_Code) & ": " & Last_Text);
      Put_Line (Standard_Error, "What to do: " & What_To_Do);
      Set_Exit_Status (1);
end Signin;
