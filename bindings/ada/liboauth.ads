--  OAuth 2.0 for Ada programs: a fresh "Authorization" header from one call.
--  liboauth 0.1.0.
--
--     Client : Liboauth.Client;
--  begin
--     Liboauth.Open (Client, "acme");
--     Put_Line (Liboauth.Bearer_Header (Client));
--  exception
--     when Liboauth.OAuth_Failure => Put_Line (Liboauth.Last_Text);
--
--  Texts are in UTF-8 (Ada.Strings.UTF_Encoding); the blanks that pad one are
--  not its own. One that has a NUL in it is a Constraint_Error. Clients can be
--  used by any task.
--
--  Made by `cargo run -p liboauth-bindings` from src/constants and src/ffi:
--  change those.

with Liboauth_C;
private with Ada.Finalization;

package Liboauth is

   use type Liboauth_C.int;

   OAuth_Failure : exception;
   --  What went wrong: Last_Code and the other two say it to the task that
   --  it was raised in, until that task's next OAuth_Failure.

   function Last_Code return Liboauth_C.int;
   --  One of OAUTH_ERROR_..., OAUTH_HTTP_NEEDED or OAUTH_PENDING

   function Last_Action return Liboauth_C.int;
   --  What an operator does now: one of OAUTH_ACTION_...

   function Last_Text return String;
   --  A sentence that says why. The exception's own message has its beginning

   type Client is tagged limited private;
   --  One registration at one authorization server, with its settings and its
   --  token. It is closed where its scope ends

   procedure Create (Self : in out Client);
   --  A client without settings

   procedure Open (Self : in out Client; Profile : String);
   --  A client that is set up from a profile

   procedure Close (Self : in out Client);
   --  Wipes the library's copies of its secrets; what was handed out is the
   --  program's, and what it stored stays. A second time is harmless

   function Handle (Self : Client) return Liboauth_C.int;
   --  What the functions of Liboauth_C call it by; 0 while it is closed, which
   --  none takes

   function Version return String;
   --  The library's

   procedure Set
     (Self : Client;
      Property : Liboauth_C.int;
      Text : String);
   --  Sets a property. See oauth_set.

   function Get
     (Self : Client;
      Property : Liboauth_C.int)
      return String;
   --  Reads a property: a setting, or a result such as OAUTH_EXPIRES_AT. See
   --  oauth_get.

   function Build_Authorize_Url
     (Self : Client)
      return String;
   --  Makes the URL that a person opens in a browser to sign in (RFC 6749
   --  section 4.1.1), with a fresh state and, unless OAUTH_PKCE is 'off', a
   --  fresh code challenge (RFC 7636). See oauth_build_authorize_url.

   procedure Exchange_Code
     (Self : Client;
      Code : String);
   --  Exchanges the code that came back from the sign-in for tokens (RFC 6749
   --  section 4.1.3). See oauth_exchange_code.

   procedure Refresh
     (Self : Client);
   --  Refreshes the access token now, whether or not it is still valid (RFC
   --  6749 section 6); a refresh of another thread or process that is under
   --  way is joined. See oauth_refresh.

   function Bearer_Header
     (Self : Client)
      return String;
   --  Gives the header for a request to the API, 'Authorization: Bearer ...'
   --  (RFC 6750 section 2.1), refreshed first if the token is not valid for
   --  OAUTH_MIN_VALID seconds more. See oauth_bearer_header.

   function Access_Token
     (Self : Client)
      return String;
   --  Gives the access token alone, refreshed first as by oauth_bearer_header:
   --  for HTTP libraries that make the header themselves. See
   --  oauth_access_token.

   procedure Token_Rejected
     (Self : Client);
   --  Says that the API answered 401 to the token that this thread got last:
   --  the next oauth_bearer_header refreshes, unless another thread or process
   --  has already done so. See oauth_token_rejected.

   function Accounts
     (Self : Client;
      Page : Liboauth_C.int)
      return String;
   --  Lists the accounts (OAUTH_ACCOUNT) that have a token of this token
   --  endpoint and client_id in the store. See oauth_accounts.

   procedure Forget
     (Self : Client);
   --  Removes the token of OAUTH_ACCOUNT from store and memory, and its
   --  authorizations that are pending. See oauth_forget.

   function Store_Reseal
     (Self : Client)
      return Liboauth_C.int;
   --  Seals every record of the store with OAUTH_STORE_KEY that is not: those
   --  sealed with OAUTH_STORE_OLD_KEY and, with OAUTH_STORE_ALLOW_PLAIN, those
   --  that are not sealed at all. See oauth_store_reseal.

   procedure Import_Token
     (Self : Client;
      Expected : Liboauth_C.int;
      Record_Text : String);
   --  Takes a token over from a database of the program's own: the text that
   --  oauth_get gave for OAUTH_TOKEN_RECORD. See oauth_import_token.

   function Http_Request
     (Self : Client;
      Part : Liboauth_C.int)
      return String;
   --  Describes the request that waits to be sent by the caller's own HTTP,
   --  after OAUTH_HTTP_NEEDED. See oauth_http_request.

   function Http_Response
     (Self : Client;
      Status : Liboauth_C.int;
      Headers : String;
      Body_Text : String)
      return Liboauth_C.int;
   --  Hands over the answer to the request of oauth_http_request; the
   --  operation that needed it goes on. See oauth_http_response.

   procedure Revoke
     (Self : Client);
   --  Has the server revoke the tokens of OAUTH_ACCOUNT, the refresh token and
   --  then the access token (RFC 7009), and removes them from store and
   --  memory. See oauth_revoke.

   procedure Request_Token
     (Self : Client;
      Grant_Type : String);
   --  Asks for a token by a grant that needs no person, now, whether there is
   --  a valid one or not, and stores it. See oauth_request_token.

   function Field
     (Self : Client;
      Source : Liboauth_C.int;
      Name : String)
      return String;
   --  Reads a member of what the server has sent with the token in memory, or
   --  else the stored one, such as 'instance_url'. See oauth_field.

   procedure Introspect
     (Self : Client);
   --  Asks the server what the access token is, at
   --  OAUTH_INTROSPECTION_ENDPOINT (RFC 7662). See oauth_introspect.

   procedure Discover
     (Self : Client);
   --  Looks up what the server says of itself, by OAUTH_ISSUER (RFC 8414
   --  section 3). See oauth_discover.

   function Request_Headers
     (Self : Client;
      Method : String;
      Url : String)
      return String;
   --  Gives all header lines that one request to the API needs, fresh as by
   --  oauth_bearer_header: 'Authorization: Bearer ...', or for a token that is
   --  bound to a key (OAUTH_DPOP) 'Authorization: DPoP ...' and 'DPoP: ...', a
   --  proof for this request alone (RFC 9449 section 7). See
   --  oauth_request_headers.

   function Api_Response
     (Self : Client;
      Url : String;
      Status : Liboauth_C.int;
      Headers : String)
      return Liboauth_C.int;
   --  Hands over what the API answered to a request with
   --  oauth_request_headers, and says whether to send it again, at once and
   --  with new ones: where the API asks for another nonce (RFC 9449 section
   --  9), where our clock is not its own, and where it refuses the token with
   --  401, the one that this thread got last, which is then renewed as after
   --  oauth_token_rejected. See oauth_api_response.

   procedure Await_Redirect
     (Self : Client;
      Seconds : Liboauth_C.int);
   --  Waits until the browser comes back from the sign-in to
   --  OAUTH_REDIRECT_URI on this machine, exchanges the code as
   --  oauth_exchange_code does, and then shows the person a page that says
   --  what has become of it (RFC 8252 section 7.3). See oauth_await_redirect.

   procedure Stop_Waiting
     (Self : Client);
   --  Ends the oauth_await_redirect that waits, or else the next one: it
   --  returns OAUTH_ERROR_CANCELLED. See oauth_stop_waiting.

   procedure Userinfo
     (Self : Client);
   --  Asks the server who has signed in, at OAUTH_USERINFO_ENDPOINT (OpenID
   --  Connect Core section 5.3), with an access token that is refreshed first
   --  where that is needed. See oauth_userinfo.

   function End_Session_Url
     (Self : Client)
      return String;
   --  Makes the URL of the page where a person signs out at the server (OpenID
   --  Connect RP-Initiated Logout): of OAUTH_END_SESSION_ENDPOINT, with the ID
   --  token as 'id_token_hint', and with OAUTH_POST_LOGOUT_REDIRECT_URI, if it
   --  is set, and a fresh 'state', which OAUTH_END_SESSION_STATE has. See
   --  oauth_end_session_url.

   function Sasl_Response
     (Self : Client;
      Mechanism : Liboauth_C.int)
      return String;
   --  Gives what a mail server is shown instead of a password, for IMAP's
   --  AUTHENTICATE and SMTP's AUTH, fresh as by oauth_bearer_header: the
   --  client's first response, in base64 and in one line. See
   --  oauth_sasl_response.

   procedure Device_Start
     (Self : Client);
   --  Begins a sign-in for a screen without a browser (RFC 8628): asks
   --  OAUTH_DEVICE_ENDPOINT for a code, which a person types on whatever has a
   --  browser. See oauth_device_start.

   procedure Device_Poll
     (Self : Client);
   --  Asks whether the person has agreed, after oauth_device_start or
   --  oauth_ciba_start, in this process or another. See oauth_device_poll.

   procedure Ciba_Start
     (Self : Client);
   --  Has the server ask a person by itself, on the person's telephone, at
   --  OAUTH_CIBA_ENDPOINT (OpenID Connect CIBA Core, poll mode). See
   --  oauth_ciba_start.

   procedure Register
     (Self : Client);
   --  Registers the client at OAUTH_REGISTRATION_ENDPOINT (RFC 7591), with
   --  OAUTH_CLIENT_METADATA, and is that client from then on: OAUTH_CLIENT_ID
   --  and OAUTH_CLIENT_SECRET, which are left empty for that, are those that
   --  the server has given. See oauth_register.

   procedure Unregister
     (Self : Client);
   --  Has the server forget the client that oauth_register has registered (RFC
   --  7592 section 2.3), and takes it out of the store and of this client's
   --  settings. See oauth_unregister.

   procedure Check (Answer : Liboauth_C.int);
   --  Raises OAuth_Failure where the answer of a function of Liboauth_C, the
   --  last that this task has called, is negative

private

   type Client is new Ada.Finalization.Limited_Controlled with record
      Handle : Liboauth_C.int := 0;
   end record;

   overriding procedure Finalize (Self : in out Client);

end Liboauth;
