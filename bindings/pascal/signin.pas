// signin.pas - prints the header for a request to an API; signs in first where that is needed.
//
//     signin PROFILE
//
// PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. The
// address to sign in at is printed as one line; what the browser ends at is read as one line.
//
//     fpc signin.pas                 liboauth.pas beside it
program signin;

{$IFDEF FPC}
  {$IFNDEF FPC_DELPHI}{$MODE ObjFPC}{$ENDIF}
  {$LONGSTRINGS ON}
{$ENDIF}
{$IFDEF MSWINDOWS}{$APPTYPE CONSOLE}{$ENDIF}

uses
  SysUtils, liboauth;

// The first word of the command line in UTF-8, as Unix has it already, whatever the locale is.
function Profile: UTF8String;
begin
{$IFDEF UNIX}
  SetString(Result, argv[1], StrLen(argv[1]));
{$ELSE}
  Result := UTF8Encode(ParamStr(1));
{$ENDIF}
end;

function WhatToDo(Error: EOAuthError): string;
begin
  case Error.Action of
    OAUTH_ACTION_RETRY:
      Result := 'try again later.';
    OAUTH_ACTION_SIGN_IN:
      Result := 'start again, and sign in.';
    OAUTH_ACTION_FIX:
      Result := 'mend the configuration; trying again will not help.';
  else
    Result := 'send the request that waits: the profile has http = "caller".';
  end;
end;

// Sends the person to the browser, and exchanges what comes back for tokens.
procedure SignIn(Client: TOAuthClient);
var
  Pasted: UTF8String;
begin
  WriteLn(Client.BuildAuthorizeUrl);
  Flush(Output);
  ReadLn(Pasted);
  Client.ExchangeCode(Pasted);
end;

// From memory or the store, refreshed if it is about to expire; or else a person signs in.
function Header(Client: TOAuthClient): UTF8String;
begin
  try
    Result := Client.BearerHeader;
    Exit;
  except
    on Error: EOAuthError do
      if Error.Action <> OAUTH_ACTION_SIGN_IN then
        raise;
  end;
  SignIn(Client);
  Result := Client.BearerHeader;
end;

var
  Client: TOAuthClient;
begin
  SetTextCodePage(Input, CP_UTF8);
  SetTextCodePage(Output, CP_UTF8);
  SetTextCodePage(ErrOutput, CP_UTF8);
  if ParamCount <> 1 then
  begin
    WriteLn(ErrOutput, 'usage: signin PROFILE');
    Halt(1);
  end;
  try
    Client := TOAuthClient.Create(Profile);
    try
      WriteLn(Header(Client));
    finally
      Client.Free;
    end;
  except
    on Error: EOAuthError do
    begin
      WriteLn(ErrOutput, 'error ', Error.Code, ': ', Error.Sentence);
      WriteLn(ErrOutput, 'What to do: ', WhatToDo(Error));
      Halt(1);
    end;
  end;
end.
