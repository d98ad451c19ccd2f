--  Made by `cargo run -p liboauth-bindings` from src/constants and src/ffi:
--  change those.

with Ada.Unchecked_Deallocation;
with System;

package body Liboauth is

   --  Each task's own, as the library's is.
   Code   : Liboauth_C.int;
   Action : Liboauth_C.int;
   Length : Liboauth_C.int;
   Text   : String (1 .. 4096);
   pragma Thread_Local_Storage (Code);
   pragma Thread_Local_Storage (Action);
   pragma Thread_Local_Storage (Length);
   pragma Thread_Local_Storage (Text);

   procedure Fail (Answer : Liboauth_C.int) with No_Return;
   function Checked (Answer : Liboauth_C.int) return Liboauth_C.int;

   procedure Check_Whole (Text : String);
   --  Of a text with a NUL in it the library reads what is before that alone

   generic
      with function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int;
   function Grown return String;
   --  The text of a function that writes one, in a buffer that is large enough

   procedure Fail (Answer : Liboauth_C.int) is
   begin
      Code := Answer;
      Action := Liboauth_C.oauth_error_action;
      Length := Liboauth_C.oauth_error_text (Text'Address, Text'Length);
      raise OAuth_Failure with Last_Text;
   end Fail;

   procedure Check (Answer : Liboauth_C.int) is
   begin
      if Answer < 0 then
         Fail (Answer);
      end if;
   end Check;

   function Checked (Answer : Liboauth_C.int) return Liboauth_C.int is
   begin
      Check (Answer);
      return Answer;
   end Checked;

   procedure Check_Whole (Text : String) is
      Ended : Boolean := False;
   begin
      for Letter of Text loop
         if Letter = ASCII.NUL then
            Ended := True;
         elsif Ended and then Letter /= ' ' then
            raise Constraint_Error with "a text for liboauth has a NUL in it";
         end if;
      end loop;
   end Check_Whole;

   function Grown return String is
      type Access_String is access String;
      procedure Free is
        new Ada.Unchecked_Deallocation (String, Access_String);
      Capacity : Positive := 4096;
      Buffer   : Access_String;
      Answer   : Liboauth_C.int;
   begin
      loop
         Buffer := new String (1 .. Capacity);
         Answer := Call (Buffer.all'Address, Buffer.all'Length);
         exit when Answer /= Liboauth_C.OAUTH_ERROR_BUFFER
           or else Capacity >= 2 ** 24;
         Free (Buffer);
         Capacity := Capacity * 4;
      end loop;
      if Answer < 0 then
         Free (Buffer);
         Fail (Answer);
      end if;
      return Whole : constant String := Buffer (1 .. Integer (Answer)) do
         Free (Buffer);
      end return;
   end Grown;

   function Last_Code return Liboauth_C.int is (Code);

   function Last_Action return Liboauth_C.int is (Action);

   function Last_Text return String is
     (Text (1 .. Integer'Max (Integer (Length), 0)));

   procedure Create (Self : in out Client) is
   begin
      Close (Self);
      Self.Handle := Checked (Liboauth_C.oauth_client_new);
   end Create;

   procedure Open (Self : in out Client; Profile : String) is
   begin
      Close (Self);
      Check_Whole (Profile);
      Self.Handle := Checked
        (Liboauth_C.oauth_client_open (Profile'Address, Profile'Length));
   end Open;

   procedure Close (Self : in out Client) is
      Handle : constant Liboauth_C.int := Self.Handle;
   begin
      Self.Handle := 0;
      Check (Liboauth_C.oauth_client_close (Handle));
   end Close;

   overriding procedure Finalize (Self : in out Client) is
      Ignored : Liboauth_C.int;
   begin
      if Self.Handle /= 0 then
         Ignored := Liboauth_C.oauth_client_close (Self.Handle);
         Self.Handle := 0;
      end if;
   end Finalize;

   function Handle (Self : Client) return Liboauth_C.int is (Self.Handle);

   function Version return String is
      function Answer is new Grown (Liboauth_C.oauth_version);
   begin
      return Answer;
   end Version;

   procedure Set
     (Self : Client;
      Property : Liboauth_C.int;
      Text : String) is
   begin
      Check_Whole (Text);
      Check (Liboauth_C.oauth_set
        (Self.Handle,
         Property,
         Text'Address,
         Text'Length));
   end Set;

   function Get
     (Self : Client;
      Property : Liboauth_C.int)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_get
              (Self.Handle,
               Property,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Get;

   function Build_Authorize_Url
     (Self : Client)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_build_authorize_url
              (Self.Handle,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Build_Authorize_Url;

   procedure Exchange_Code
     (Self : Client;
      Code : String) is
   begin
      Check_Whole (Code);
      Check (Liboauth_C.oauth_exchange_code
        (Self.Handle,
         Code'Address,
         Code'Length));
   end Exchange_Code;

   procedure Refresh
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_refresh
        (Self.Handle));
   end Refresh;

   function Bearer_Header
     (Self : Client)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_bearer_header
              (Self.Handle,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Bearer_Header;

   function Access_Token
     (Self : Client)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_access_token
              (Self.Handle,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Access_Token;

   procedure Token_Rejected
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_token_rejected
        (Self.Handle));
   end Token_Rejected;

   function Accounts
     (Self : Client;
      Page : Liboauth_C.int)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_accounts
              (Self.Handle,
               Page,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Accounts;

   procedure Forget
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_forget
        (Self.Handle));
   end Forget;

   function Store_Reseal
     (Self : Client)
      return Liboauth_C.int is
   begin
      return Checked (Liboauth_C.oauth_store_reseal
        (Self.Handle));
   end Store_Reseal;

   procedure Import_Token
     (Self : Client;
      Expected : Liboauth_C.int;
      Record_Text : String) is
   begin
      Check_Whole (Record_Text);
      Check (Liboauth_C.oauth_import_token
        (Self.Handle,
         Expected,
         Record_Text'Address,
         Record_Text'Length));
   end Import_Token;

   function Http_Request
     (Self : Client;
      Part : Liboauth_C.int)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_http_request
              (Self.Handle,
               Part,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Http_Request;

   function Http_Response
     (Self : Client;
      Status : Liboauth_C.int;
      Headers : String;
      Body_Text : String)
      return Liboauth_C.int is
   begin
      return Checked (Liboauth_C.oauth_http_response
        (Self.Handle,
         Status,
         Headers'Address,
         Headers'Length,
         Body_Text'Address,
         Body_Text'Length));
   end Http_Response;

   procedure Revoke
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_revoke
        (Self.Handle));
   end Revoke;

   procedure Request_Token
     (Self : Client;
      Grant_Type : String) is
   begin
      Check_Whole (Grant_Type);
      Check (Liboauth_C.oauth_request_token
        (Self.Handle,
         Grant_Type'Address,
         Grant_Type'Length));
   end Request_Token;

   function Field
     (Self : Client;
      Source : Liboauth_C.int;
      Name : String)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_field
              (Self.Handle,
               Source,
               Name'Address,
               Name'Length,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      Check_Whole (Name);
      return Answer;
   end Field;

   procedure Introspect
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_introspect
        (Self.Handle));
   end Introspect;

   procedure Discover
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_discover
        (Self.Handle));
   end Discover;

   function Request_Headers
     (Self : Client;
      Method : String;
      Url : String)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_request_headers
              (Self.Handle,
               Method'Address,
               Method'Length,
               Url'Address,
               Url'Length,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      Check_Whole (Method);
      Check_Whole (Url);
      return Answer;
   end Request_Headers;

   function Api_Response
     (Self : Client;
      Url : String;
      Status : Liboauth_C.int;
      Headers : String)
      return Liboauth_C.int is
   begin
      Check_Whole (Url);
      return Checked (Liboauth_C.oauth_api_response
        (Self.Handle,
         Url'Address,
         Url'Length,
         Status,
         Headers'Address,
         Headers'Length));
   end Api_Response;

   procedure Await_Redirect
     (Self : Client;
      Seconds : Liboauth_C.int) is
   begin
      Check (Liboauth_C.oauth_await_redirect
        (Self.Handle,
         Seconds));
   end Await_Redirect;

   procedure Stop_Waiting
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_stop_waiting
        (Self.Handle));
   end Stop_Waiting;

   procedure Userinfo
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_userinfo
        (Self.Handle));
   end Userinfo;

   function End_Session_Url
     (Self : Client)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_end_session_url
              (Self.Handle,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end End_Session_Url;

   function Sasl_Response
     (Self : Client;
      Mechanism : Liboauth_C.int)
      return String
   is
      function Call
        (Buffer   : System.Address;
         Capacity : Liboauth_C.int)
         return Liboauth_C.int is
        (Liboauth_C.oauth_sasl_response
              (Self.Handle,
               Mechanism,
               Buffer,
               Capacity));
      function Answer is new Grown (Call);
   begin
      return Answer;
   end Sasl_Response;

   procedure Device_Start
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_device_start
        (Self.Handle));
   end Device_Start;

   procedure Device_Poll
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_device_poll
        (Self.Handle));
   end Device_Poll;

   procedure Ciba_Start
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_ciba_start
        (Self.Handle));
   end Ciba_Start;

   procedure Register
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_register
        (Self.Handle));
   end Register;

   procedure Unregister
     (Self : Client) is
   begin
      Check (Liboauth_C.oauth_unregister
        (Self.Handle));
   end Unregister;

end Liboauth;
