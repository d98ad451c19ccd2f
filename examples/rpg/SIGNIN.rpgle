**FREE
// SIGNIN - a person signs in at Stamps.com, once. The tokens go to the profile's store, from where
// APICALL and every other program takes them.
//
//   CALL SIGNIN PARM('/home/ME/stamps.toml')
//
// Shows the address to open in a browser, takes what is pasted, and exchanges it for tokens.
// README.md says how it is built. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('HTTPAPI': 'OAUTH') ccsid(*char: *jobrun);

dcl-f SIGNIND workstn indds(keys);

/copy LIBHTTP/QRPGLESRC,HTTPAPI_H
/copy OAUTH_H

dcl-pi SIGNIN;
  profile char(32) const; // as long as a text on a command line always is
end-pi;

dcl-ds keys len(99);
  isF3 ind pos(3);
end-ds;

dcl-s client int(10);
dcl-s length int(10);
dcl-s rc int(10);
dcl-s address char(609); // what the screen has room for, and a NUL
dcl-s answer varchar(608);

client = oauth_client_open(profile: %len(profile));
if client < 0;
  say('*ESCAPE': 'The profile cannot be used: ' + whatWentWrong());
endif;

length = oauth_build_authorize_url(client: address: %size(address));
if length = OAUTH_HTTP_NEEDED;
  // With par = "yes" the server is asked first. Its address is short: a screen has room for it.
  length = carry(client: length);
  if length >= 0;
    length = oauth_build_authorize_url(client: address: %size(address));
  endif;
endif;
if length < 0;
  say('*ESCAPE': 'No address to sign in at: ' + whatWentWrong());
endif;

// The program stays open until the person is back. With a store it need not: SIGNINCGI shows that.
DSPURL = %subst(address: 1: length);
dou rc = 0;
  exfmt SIGNINR;
  if isF3;
    leave;
  endif;
  // The whole address https://www.stamps.com/?code=... or the code alone.
  answer = joined(DSPANSWER);
  rc = carry(client: oauth_exchange_code(client: answer: %len(answer)));
  if rc < 0;
    DSPMESSAGE = whatWentWrong();
  endif;
enddo;

oauth_client_close(client);
if not isF3;
  say('*INFO': 'Signed in. Other programs can use the tokens now.');
endif;
*inlr = *on;
return;

// What was pasted, as one text. An address spans lines of the field: where the emulator began a new
// line, the one before may end with blanks. A code alone has none.
dcl-proc joined;
  dcl-pi *n varchar(608);
    pasted varchar(608) const;
  end-pi;

  if %scan('=': pasted) > 0;
    return %scanrpl(' ': '': pasted);
  endif;
  return %trim(pasted);
end-proc;

/copy CARRY
