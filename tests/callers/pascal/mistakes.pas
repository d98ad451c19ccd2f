// The mistakes of ../c/mistakes.c by liboauth.pas.
program mistakes;

{$IFNDEF FPC_DELPHI}{$MODE ObjFPC}{$ENDIF}
{$LONGSTRINGS ON}
{$CODEPAGE UTF8}

uses
  {$IFDEF UNIX}cthreads,{$ENDIF} Classes, SysUtils, liboauth;

const
  Words: UTF8String = 'Löhne für Ærø 日本 🔑';

type
  // Threads that fail in two ways at once are told their own sentence each.
  TFailing = class(TThread)
  public
    Number, Right: Integer;
    procedure Execute; override;
  end;

procedure TFailing.Execute;
var
  Client: TOAuthClient;
  Turn: Integer;
  Begins: UTF8String;
begin
  Client := TOAuthClient.Create;
  for Turn := 1 to 100 do
    try
      if Odd(Number) then
      begin
        Begins := 'pkce';
        Client[OAUTH_PKCE] := 'sometimes';
      end
      else
      begin
        Begins := '99999';
        Client[99999] := 'x';
      end;
    except
      on Error: EOAuthError do
        if Copy(Error.Sentence, 1, Length(Begins)) = Begins then
          Inc(Right);
    end;
  Client.Free;
end;

function ToldTheirOwn: Integer;
var
  Threads: array[0..7] of TFailing;
  I: Integer;
begin
  Result := 0;
  for I := 0 to 7 do
  begin
    Threads[I] := TFailing.Create(True);
    Threads[I].Number := I;
    Threads[I].Start;
  end;
  for I := 0 to 7 do
  begin
    Threads[I].WaitFor;
    if Threads[I].Right = 100 then
      Inc(Result);
    Threads[I].Free;
  end;
end;

procedure CameBack(const Name: string; const Text: UTF8String);
begin
  WriteLn(Name, ' 0 0 ', Text);
end;

procedure Failed(const Name: string; Error: EOAuthError);
begin
  WriteLn(Name, ' ', Error.Code, ' ', Error.Action, ' ', Error.Sentence);
end;

// Of a function, which raises nothing.
procedure Answered(const Name: string; Answer: Integer);
var
  Error: EOAuthError;
begin
  Error := EOAuthError.CreateLast(Answer);
  Failed(Name, Error);
  Error.Free;
end;

procedure Opens(const Name: string; const Profile: UTF8String);
begin
  try
    TOAuthClient.Create(Profile).Free;
    WriteLn(Name, ' did not fail');
  except
    on Error: EOAuthError do
      Failed(Name, Error);
  end;
end;

procedure Exchanges(const Name: string; Client: TOAuthClient; const Code: UTF8String);
begin
  try
    Client.ExchangeCode(Code);
    WriteLn(Name, ' did not fail');
  except
    on Error: EOAuthError do
      Failed(Name, Error);
  end;
end;

procedure Sets(const Name: string; Client: TOAuthClient; Number: Integer; const Text: UTF8String);
begin
  try
    Client[Number] := Text;
    WriteLn(Name, ' did not fail');
  except
    on Error: EOAuthError do
      Failed(Name, Error);
  end;
end;

function Scope(Client: TOAuthClient; const Text: UTF8String): UTF8String;
begin
  Client[OAUTH_SCOPE] := Text;
  Result := Client[OAUTH_SCOPE];
end;

procedure Needs(Client: TOAuthClient; const Name: string);
begin
  try
    Client.RequestToken('client_credentials');
    WriteLn(Name, ' did not fail');
  except
    on Error: EOAuthError do
      if Name <> '' then
        Failed(Name, Error);
  end;
end;

procedure Responds(const Name: string; Client: TOAuthClient; Status: Integer; const Headers, Body: RawByteString);
var
  Answer: Integer;
begin
  try
    Answer := Client.HttpResponse(Status, Headers, Body);
    WriteLn(Name, ' 0 0 ', Answer);
  except
    on Error: EOAuthError do
      Failed(Name, Error);
  end;
end;

procedure OwnHttp;
const
  Kind = 'Content-Type: application/json'#13#10;
  Url = 'https://api.example/me';
  Json: UTF8String = '{"access_token":"one","expires_in":3600,"who":{"name":"';
  Ends: UTF8String = '"}}';
  LineEnd: UTF8String = #13;
var
  Client: TOAuthClient;
  Bytes, Headers: UTF8String;
begin
  Client := TOAuthClient.Create;
  Client[OAUTH_HTTP] := 'caller';
  Client[OAUTH_TOKEN_ENDPOINT] := 'https://tokens.example/token';
  Client[OAUTH_CLIENT_ID] := 'a client';
  Client[OAUTH_CLIENT_AUTH] := 'none';
  Needs(Client, 'needed');
  CameBack('method', Client.HttpRequest(OAUTH_REQUEST_METHOD));
  CameBack('url', Client.HttpRequest(OAUTH_REQUEST_URL));
  CameBack('content', Client.HttpRequest(OAUTH_REQUEST_CONTENT));
  Bytes := '{"access_token":"t_w_"}';
  Bytes[19] := #0;
  Bytes[21] := #255;
  Responds('bytes', Client, 200, Kind, Bytes);
  Needs(Client, '');
  Responds('taken', Client, 200, Kind, Json + Words + Ends);
  CameBack('token', Client.AccessToken);
  CameBack('member', Client.Field(OAUTH_FIELD_TOKEN, 'who.name'));
  try
    CameBack('no_member', Client.Field(OAUTH_FIELD_TOKEN, 'who.else'));
  except
    on Error: EOAuthError do
      Failed('no_member', Error);
  end;
  Headers := Client.RequestHeaders('GET', Url);
  CameBack('headers', Copy(Headers, 1, Pos(LineEnd, Headers) - 1));
  WriteLn('again 0 0 ', Client.ApiResponse(Url, 401, ''));
  try
    CameBack('rejected', Client.BearerHeader);
  except
    on Error: EOAuthError do
      Failed('rejected', Error);
  end;
  Responds('busy', Client, 503, 'Retry-After: 7'#13#10, '');
  CameBack('retry_after', Client[OAUTH_RETRY_AFTER]);
  Client.Free;
end;

var
  Client, Closed: TOAuthClient;
  Stale: Integer;
  Buffer: array[0..63] of AnsiChar;
  Large, Bytes: UTF8String;
begin
  SetTextCodePage(Output, CP_UTF8);
  if ParamCount = 1 then
  begin
    OwnHttp;
    Exit;
  end;
  Client := TOAuthClient.Create;
  Closed := TOAuthClient.Create;
  Stale := Closed.Handle;
  Closed.Close;
  Answered('stale', oauth_refresh(Stale));
  try
    Closed.Refresh;
    WriteLn('closed did not fail');
  except
    on Error: EOAuthError do
      Failed('closed', Error);
  end;
  Client[OAUTH_CLIENT_ID] := 'a client';
  Answered('short_buffer', oauth_get(Client.Handle, OAUTH_CLIENT_ID, @Buffer[0], 4));
  Large := StringOfChar('x', 100000);
  if Scope(Client, Large) = Large then
    CameBack('grown', '100000')
  else
    CameBack('grown', 'another text');
  Opens('unknown_profile', 'no-such-profile');
  Exchanges('no_code', Client, '');
  Exchanges('wrong_code', Client, 'not-a-code');
  Sets('value', Client, OAUTH_PKCE, 'sometimes');
  Sets('property', Client, 99999, 'x');
  Answered('length', oauth_set(Client.Handle, OAUTH_SCOPE, 'x', -7));
  Bytes := '';
  SetLength(Bytes, 2);
  Bytes[1] := #255;
  Bytes[2] := #254;
  Sets('not_utf_8', Client, OAUTH_SCOPE, Bytes);
  Answered('null', oauth_set(Client.Handle, OAUTH_SCOPE, nil, OAUTH_NUL_TERMINATED));
  Answered('null_buffer', oauth_get(Client.Handle, OAUTH_CLIENT_ID, nil, 64));
  CameBack('utf_8', Scope(Client, Words));
  Opens('utf_8_in_error', Words);
  CameBack('blanks', '[' + Scope(Client, ' read ') + ']');
  oauth_set(Client.Handle, OAUTH_SCOPE, 'read        ', 12);
  CameBack('padded', '[' + Client[OAUTH_SCOPE] + ']');
  CameBack('empty', '[' + Scope(Client, '') + ']');
  CameBack('threads', UTF8String(IntToStr(ToldTheirOwn)));
  try
    Client[OAUTH_SCOPE] := 'read' + #0 + 'write';
    WriteLn('a NUL in a text went by');
  except
    on EArgumentException do;
  end;
  Client.Close;
  Client.Close;
  Client.Free;
  Closed.Free;
end.
