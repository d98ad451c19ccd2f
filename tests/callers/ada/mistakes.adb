--  The mistakes of ../c/mistakes.c by the packages Liboauth and Liboauth_C.

with Ada.Command_Line;
with Ada.Strings.Fixed;
with Ada.Text_IO; use Ada.Text_IO;
with Liboauth; use Liboauth;
with Liboauth_C; use Liboauth_C;
with System;

procedure Mistakes is

   use type Liboauth_C.int;

   Words : constant String := "Löhne für Ærø 日本 🔑";

   Client : Liboauth.Client;

   procedure Came_Back (Name, Back : String);

   procedure Failed (Name : String);
   --  By OAuth_Failure, which has just been handled

   procedure Answered (Name : String; Answer : int);
   --  By a function of Liboauth_C, which has just answered that

   procedure Sets (Name : String; Property : int; Value : String);

   procedure Opens (Name, Profile : String);

   procedure Exchanges (Name, Answer : String);

   function Scope (Value : String) return String;

   function Image (Number : int) return String;

   procedure Own_HTTP;
   --  The program's own HTTP: of headers and body each byte counts

   function Ended return int;
   --  The handle of a client whose scope has ended

   protected Told is
      procedure Right;
      function Tasks return int;
   private
      Count : int := 0;
   end Told;

   protected body Told is
      procedure Right is
      begin
         Count := Count + 1;
      end Right;

      function Tasks return int is
      begin
         return Count;
      end Tasks;
   end Told;

   procedure Own_HTTP is
      End_Of_Line : constant String := ASCII.CR & ASCII.LF;
      Kind : constant String := "Content-Type: application/json" & End_Of_Line;
      URL  : constant String := "https://api.example/me";

      procedure Asks (Name : String);
      procedure Responds
        (Name : String; Status : int; Headers, Content : String);
      function First_Line (Text : String) return String;

      procedure Asks (Name : String) is
      begin
         Client.Request_Token ("client_credentials");
      exception
         when OAuth_Failure =>
            if Name /= "" then
               Failed (Name);
            end if;
      end Asks;

      procedure Responds
        (Name : String; Status : int; Headers, Content : String) is
      begin
         Came_Back
           (Name, Image (Client.Http_Response (Status, Headers, Content)));
      exception
         when OAuth_Failure => Failed (Name);
      end Responds;

      function First_Line (Text : String) return String is
        (Text (Text'First ..
           Ada.Strings.Fixed.Index (Text, String'(1 => ASCII.CR)) - 1));
   begin
      Client.Create;
      Client.Set (OAUTH_HTTP, "caller");
      Client.Set (OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token");
      Client.Set (OAUTH_CLIENT_ID, "a client");
      Client.Set (OAUTH_CLIENT_AUTH, "none");
      Asks ("needed");
      Came_Back ("method", Client.Http_Request (OAUTH_REQUEST_METHOD));
      Came_Back ("url", Client.Http_Request (OAUTH_REQUEST_URL));
      Came_Back ("content", Client.Http_Request (OAUTH_REQUEST_CONTENT));
      Responds
        ("bytes", 200, Kind,
         "{""access_token"":""t" & ASCII.NUL & "w" & Character'Val (255)
         & """}");
      Asks ("");
      Responds
        ("taken", 200, Kind,
         "{""access_token"":""one"",""expires_in"":3600,"
         & """who"":{""name"":""" & Words & """}}");
      Came_Back ("token", Client.Access_Token);
      Came_Back ("member", Client.Field (OAUTH_FIELD_TOKEN, "who.name"));
      begin
         Came_Back ("no_member", Client.Field (OAUTH_FIELD_TOKEN, "who.else"));
      exception
         when OAuth_Failure => Failed ("no_member");
      end;
      Came_Back ("headers", First_Line (Client.Request_Headers ("GET", URL)));
      Came_Back ("again", Image (Client.Api_Response (URL, 401, "")));
      begin
         Came_Back ("rejected", Client.Bearer_Header);
      exception
         when OAuth_Failure => Failed ("rejected");
      end;
      Responds ("busy", 503, "Retry-After: 7" & End_Of_Line, "");
      Came_Back ("retry_after", Client.Get (OAUTH_RETRY_AFTER));
   end Own_HTTP;

   procedure Came_Back (Name, Back : String) is
   begin
      Put_Line (Name & " 0 0 " & Back);
   end Came_Back;

   function Image (Number : int) return String is
      Text : constant String := int'Image (Number);
   begin
      return (if Number < 0 then Text else Text (2 .. Text'Last));
   end Image;

   procedure Failed (Name : String) is
   begin
      Put_Line
        (Name & " " & Image (Last_Code) & " " & Image (Last_Action)
         & " " & Last_Text);
   end Failed;

   procedure Answered (Name : String; Answer : int) is
   begin
      Check (Answer);
      Put_Line (Name & " did not fail");
   exception
      when OAuth_Failure => Failed (Name);
   end Answered;

   procedure Sets (Name : String; Property : int; Value : String) is
   begin
      Client.Set (Property, Value);
      Put_Line (Name & " did not fail");
   exception
      when OAuth_Failure => Failed (Name);
   end Sets;

   procedure Opens (Name, Profile : String) is
      Other : Liboauth.Client;
   begin
      Other.Open (Profile);
      Put_Line (Name & " did not fail");
   exception
      when OAuth_Failure => Failed (Name);
   end Opens;

   procedure Exchanges (Name, Answer : String) is
   begin
      Client.Exchange_Code (Answer);
      Put_Line (Name & " did not fail");
   exception
      when OAuth_Failure => Failed (Name);
   end Exchanges;

   function Scope (Value : String) return String is
   begin
      Client.Set (OAUTH_SCOPE, Value);
      return Client.Get (OAUTH_SCOPE);
   end Scope;

   function Ended return int is
      Mine : Liboauth.Client;
   begin
      Mine.Create;
      return Mine.Handle;
   end Ended;

   --  Tasks that fail in two ways at once are told their own sentence each.
   task type Failing (Number : int);

   task body Failing is
      Mine   : Liboauth.Client;
      Wanted : constant String :=
        (if Number mod 2 = 1 then "pkce" else "99999");
      Right  : Natural := 0;
   begin
      Mine.Create;
      for Turn in 1 .. 100 loop
         begin
            Mine.Set
              ((if Number mod 2 = 1 then OAUTH_PKCE else 99999), "sometimes");
         exception
            when OAuth_Failure =>
               if Last_Text (1 .. Wanted'Length) = Wanted then
                  Right := Right + 1;
               end if;
         end;
      end loop;
      if Right = 100 then
         Told.Right;
      end if;
   end Failing;

   Closed : Liboauth.Client;
   Stale  : int;
   Buffer : String (1 .. 64);
   Large  : constant String (1 .. 100_000) := (others => 'x');
   Padded : constant String (1 .. 12) := "read        ";
   Kept   : constant String := " read " & ASCII.NUL;
   Cut    : constant String := "read" & ASCII.NUL & "write";
begin
   if Ada.Command_Line.Argument_Count > 0 then
      Own_HTTP;
      return;
   end if;
   Client.Create;
   Closed.Create;
   Stale := Closed.Handle;
   Closed.Close;
   Answered ("stale", oauth_refresh (Stale));
   begin
      Closed.Refresh;
   exception
      when OAuth_Failure => Failed ("closed");
   end;
   Client.Set (OAUTH_CLIENT_ID, "a client");
   Answered
     ("short_buffer",
      oauth_get (Client.Handle, OAUTH_CLIENT_ID, Buffer'Address, 4));
   Came_Back ("grown", (if Scope (Large) = Large then "100000" else "other"));
   Opens ("unknown_profile", "no-such-profile");
   Exchanges ("no_code", "");
   Exchanges ("wrong_code", "not-a-code");
   Sets ("value", OAUTH_PKCE, "sometimes");
   Sets ("property", 99999, "x");
   Answered
     ("length", oauth_set (Client.Handle, OAUTH_SCOPE, Large'Address, -7));
   Sets ("not_utf_8", OAUTH_SCOPE, Character'Val (255) & Character'Val (254));
   Answered
     ("null",
      oauth_set
        (Client.Handle, OAUTH_SCOPE, System.Null_Address,
         OAUTH_NUL_TERMINATED));
   Answered
     ("null_buffer",
      oauth_get (Client.Handle, OAUTH_CLIENT_ID, System.Null_Address, 64));
   Came_Back ("utf_8", Scope (Words));
   Opens ("utf_8_in_error", Words);
   --  A blank at the end counts only where a NUL is behind it.
   Check
     (oauth_set
        (Client.Handle, OAUTH_SCOPE, Kept'Address, OAUTH_NUL_TERMINATED));
   Came_Back ("blanks", "[" & Client.Get (OAUTH_SCOPE) & "]");
   Came_Back ("padded", "[" & Scope (Padded) & "]");
   Came_Back ("empty", "[" & Scope ("") & "]");
   declare
      T0 : Failing (0);
      T1 : Failing (1);
      T2 : Failing (2);
      T3 : Failing (3);
      T4 : Failing (4);
      T5 : Failing (5);
      T6 : Failing (6);
      T7 : Failing (7);
      pragma Unreferenced (T0, T1, T2, T3, T4, T5, T6, T7);
   begin
      null;
   end;
   Came_Back ("threads", Image (Told.Tasks));

   --  What is Ada's alone: a client ends with its scope, and one that is
   --  opened again ends the one before; nothing behind a NUL is lost.
   if oauth_stop_waiting (Ended) /= OAUTH_ERROR_HANDLE then
      Put_Line ("it has not ended with its scope");
   end if;
   Closed.Create;
   Stale := Closed.Handle;
   Closed.Create;
   if oauth_stop_waiting (Stale) /= OAUTH_ERROR_HANDLE then
      Put_Line ("the one before has not ended");
   end if;
   begin
      Client.Set (OAUTH_SCOPE, Cut);
      Put_Line ("a NUL in a text went by");
   exception
      when Constraint_Error => null;
   end;
   begin
      Came_Back ("a NUL in a name", Client.Field (OAUTH_FIELD_TOKEN, Cut));
   exception
      when Constraint_Error => null;
   end;
   begin
      Closed.Open (Cut);
      Put_Line ("a NUL in a profile's name went by");
   exception
      when Constraint_Error => null;
   end;
   if Closed.Handle /= 0 then
      Put_Line ("it is open all the same");
   end if;
   if Scope ("read" & ASCII.NUL & ASCII.NUL & "  ") /= "read" then
      Put_Line ("a NUL behind a text is not its end");
   end if;
   if Version'Length = 0 then
      Put_Line ("no version");
   end if;
   Client.Close;
   Client.Close;
end Mistakes;
