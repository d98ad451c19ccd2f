--  The mistakes of ../c/mistakes.c by the packages Liboauth and Liboauth_C.

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
begin
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
   --  opened again ends the one before.
   if oauth_stop_waiting (Ended) /= OAUTH_ERROR_HANDLE then
      Put_Line ("it has not ended with its scope");
   end if;
   Closed.Create;
   Stale := Closed.Handle;
   Closed.Create;
   if oauth_stop_waiting (Stale) /= OAUTH_ERROR_HANDLE then
      Put_Line ("the one before has not ended");
   end if;
   if Version'Length = 0 then
      Put_Line ("no version");
   end if;
   Client.Close;
   Client.Close;
end Mistakes;
