**FREE
// APICALL - calls the API of Stamps.com with the tokens that SIGNIN has stored. For batch jobs:
// nobody is asked for anything, and an access token that is about to expire is refreshed.
//
//   SBMJOB CMD(CALL APICALL PARM('/home/ME/stamps.toml'))
//
// What goes wrong is an escape message, CPF9897. A CL program gives a second parameter, and is told
// there what to do: R to try again later, S to have a person sign in, F to mend something. NIGHTLY
// is such a program. README.md says how it is built. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('HTTPAPI': 'OAUTH') ccsid(*char: *jobrun);

/copy LIBHTTP/QRPGLESRC,HTTPAPI_H
/copy OAUTH_H

dcl-c API_URL 'https://api.testing.stampsendicia.com/sera/v1/balance';

dcl-pi APICALL;
  profile char(32) const; // as long as a text on a command line always is
  action char(1) options(*nopass);
end-pi;

dcl-s client int(10);
dcl-s attempt int(10);
dcl-s length int(10);
dcl-s status int(10);
dcl-s token char(15000); // HTTPAPI takes no longer one
dcl-s answer varchar(100000: 4); // http_req wants a length of four bytes before the text
dcl-s what varchar(60);

client = oauth_client_open(profile: %len(profile));
if client < 0;
  what = 'The profile cannot be used: ';
  exsr giveUp;
endif;

for attempt = 1 to 2;
  // From the store; refreshed, and stored again, if it is about to expire.
  length = oauth_access_token(client: token: %size(token));
  if length = OAUTH_HTTP_NEEDED;
    length = carry(client: length);
    if length >= 0;
      length = oauth_access_token(client: token: %size(token));
    endif;
  endif;
  if length = OAUTH_ERROR_SIGN_IN;
    what = 'Somebody has to CALL SIGNIN: ';
    exsr giveUp;
  endif;
  if length < 0;
    what = 'No access token: ';
    exsr giveUp;
  endif;

  http_setOption('network-ccsid': '1208');
  http_setOption('local-ccsid': '0');
  http_setOption('timeout': '30');
  http_setOption('accept': 'application/json');
  http_setauth(HTTP_AUTH_BEARER: '': %subst(token: 1: length));
  clear answer;
  status = statusOf(http_req('GET': API_URL: *omit: answer));
  http_setauth(HTTP_AUTH_NONE: '': ''); // else it would go along with the job's next request
  clear token;

  if status <> 401;
    leave;
  endif;
  oauth_token_rejected(client); // so that the next token is another one
endfor;

if status < 200 or status > 299;
  if %parms() > 1;
    action = actionFor(status);
  endif;
  say('*ESCAPE': 'The API answers ' + %char(status) + ': ' + answer);
endif;
say('*INFO': 'The API answers: ' + answer);
if %parms() > 1;
  action = ' ';
endif;

oauth_client_close(client);
*inlr = *on;
return;

// Ends the program with liboauth's last error.
begsr giveUp;
  if %parms() > 1;
    action = actionNow();
  endif;
  say('*ESCAPE': what + whatWentWrong());
endsr;

/copy CARRY
