**FREE
// For tests/bindings.rs: a correct program, of which each mutant must be caught.
ctl-opt dftactgrp(*no) actgrp(*new) ccsid(*char: *jobrun);

/copy 'OAUTH_H.rpgleinc'

dcl-c TRIES const(3);
dcl-c GREETING 'signed in; ready';

dcl-s client int(10);
dcl-s rc int(10);
dcl-s count int(10) inz(0);
dcl-s header char(16384);
dcl-s clientId char(40) inz('my-client');
dcl-s secret varchar(200);
dcl-s isDone ind inz(*off);
dcl-ds answer qualified;
  text char(4096);
  length int(10);
end-ds;

dcl-pr sleep int(10) extproc('sleep');
  seconds uns(10) value;
end-pr;

client = oauth_client_open('acme': OAUTH_NUL_TERMINATED);
if client < 0;
  explain();
  *inlr = *on;
  return;
endif;

monitor;
  secret = %trimr(clientId) + '-' + %char(count * 2);
on-error;
  secret = '';
endmon;

rc = oauth_set(client: OAUTH_CLIENT_ID: clientId: %len(clientId));
rc = oauth_set(client: OAUTH_CLIENT_SECRET: secret: %len(secret));
rc = oauth_set(client: OAUTH_SCOPE: 'read '
       + 'write': OAUTH_NUL_TERMINATED);

for count = 1 to TRIES;
  rc = oauth_bearer_header(client: header: %size(header));
  select;
  when rc > 0;
    isDone = *on;
    leave;
  when rc = OAUTH_ERROR_SIGN_IN or rc = OAUTH_ERROR_BUFFER;
    explain();
    leave;
  other;
    if oauth_error_action() = OAUTH_ACTION_RETRY and not isDone;
      sleep(60);
      iter;
    else;
      explain();
    endif;
  endsl;
endfor;

dow not isDone and count < 10;
  answer.length = oauth_get(client: OAUTH_ERROR_DESCRIPTION
                            : answer.text: %size(answer.text));
  count += 1;
  isDone = (answer.length = 0);
enddo;

if isDone;
  dsply GREETING;
endif;
exsr shutdown;
*inlr = *on;
return;

begsr shutdown;
  rc = oauth_client_close(client);
endsr;

// Says what went wrong.
dcl-proc explain;
  dcl-pi *n end-pi;

  dcl-s message char(512);
  dcl-s length int(10);

  length = oauth_error_text(message: %size(message));
  if length > 0;
    dsply %subst(message: 1: 50);
  endif;
end-proc;

// Sends what the library needs sent, with the program's own HTTP.
dcl-proc carry;
  dcl-pi *n int(10);
    handle int(10) value;
  end-pi;

  dcl-s body char(8192);
  dcl-s length int(10);

  length = oauth_http_request(handle: OAUTH_REQUEST_CONTENT: body: %size(body));
  if length < 0;
    return length;
  endif;
  return oauth_http_response(handle: 200: '': 0: body: length);
end-proc;
