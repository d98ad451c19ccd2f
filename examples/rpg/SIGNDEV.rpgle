**FREE
// SIGNDEV - a person signs in with a telephone, or at any screen that has a browser: this one shows
// an address and a code, and a QR code for the telephone (RFC 8628). The tokens go to the profile's
// store, as those of SIGNIN do.
//
//   CALL SIGNDEV PARM('/home/ME/acme.toml')
//
// The profile has a device_endpoint. The program can be left and called again: it goes on with the
// code that it has. README.md says how it is built. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('HTTPAPI': 'OAUTH') ccsid(*char: *jobrun);

dcl-f SIGNDEVD workstn indds(keys);
dcl-f SIGNDEVQ workstn usropn; // 27 lines of 132 columns, where the screen has them
dcl-f SIGNDEVP printer usropn;

/copy LIBHTTP/QRPGLESRC,HTTPAPI_H
/copy OAUTH_H

dcl-c LINE_END x'25';

dcl-pi SIGNDEV;
  profile char(32) const; // as long as a text on a command line always is
end-pi;

dcl-ds keys len(99);
  isF3 ind pos(3);
  isF6 ind pos(6);
end-ds;

dcl-s client int(10);
dcl-s rc int(10);

client = oauth_client_open(profile: %len(profile));
if client < 0;
  say('*ESCAPE': 'The profile cannot be used: ' + whatWentWrong());
endif;

rc = carry(client: oauth_device_poll(client));
if rc < 0 and rc <> OAUTH_PENDING; // nobody is asked, or it is too late
  rc = carry(client: oauth_device_start(client));
  if rc < 0;
    say('*ESCAPE': 'No code to show: ' + whatWentWrong());
  endif;
  rc = OAUTH_PENDING;
endif;

DSPURL = textOf(OAUTH_VERIFICATION_URI);
DSPCODE = textOf(OAUTH_USER_CODE);
DSPUNTIL = textOf(OAUTH_DEVICE_EXPIRES_AT);
dow rc = OAUTH_PENDING;
  exfmt SIGNDEVR;
  if isF3;
    leave;
  endif;
  if isF6;
    showQrCode();
    iter;
  endif;
  rc = carry(client: oauth_device_poll(client));
  if rc = OAUTH_PENDING;
    DSPMESSAGE = 'Nobody has agreed yet. Press Enter again in ' + textOf(OAUTH_RETRY_AFTER)
               + ' seconds.';
  endif;
enddo;

if rc < 0 and rc <> OAUTH_PENDING;
  say('*ESCAPE': 'Not signed in: ' + whatWentWrong());
endif;
oauth_client_close(client);
if rc = 0;
  say('*INFO': 'Signed in. Other programs can use the tokens now.');
endif;
*inlr = *on;
return;

// Draws the QR code on the screen where that has 27 lines and they suffice; else it is printed, and
// the message says so. On 24 lines no address fits: a screen of the 5250 has no half blocks.
dcl-proc showQrCode;
  dcl-pi *n end-pi;

  dcl-s drawn varchar(12288);
  dcl-s start int(10);
  dcl-s behind int(10);
  dcl-s row int(10);

  drawn = qrCode('plain': '27'); // bright letters on a dark screen
  if drawn <> '';
    open(e) SIGNDEVQ;
    if not %error();
      clear QRSCREEN;
      start = 1;
      dow start <= %len(drawn);
        behind = %scan(LINE_END: drawn: start);
        %subst(QRSCREEN: row * 132 + 1: behind - start) = %subst(drawn: start: behind - start);
        start = behind + 1;
        row += 1;
      enddo;
      %subst(QRSCREEN: 2 * 132 + 84: 40) = 'Or type the code: ' + DSPCODE;
      %subst(QRSCREEN: 4 * 132 + 84: 40) = 'Press Enter.';
      exfmt QRSCREENR;
      close SIGNDEVQ;
      return;
    endif;
  endif;

  drawn = qrCode('plain_inverse': '80'); // black on white
  if drawn = '';
    DSPMESSAGE = whatWentWrong();
    return;
  endif;
  open SIGNDEVP;
  start = 1;
  dow start <= %len(drawn);
    behind = %scan(LINE_END: drawn: start);
    QRLINE = %subst(drawn: start: behind - start);
    write QRLINER;
    start = behind + 1;
  enddo;
  close SIGNDEVP;
  DSPMESSAGE = 'The QR code is printed: see WRKSPLF.';
end-proc;

// The QR code in that style, with no more lines; empty where it does not fit.
dcl-proc qrCode;
  dcl-pi *n varchar(12288);
    style varchar(20) const;
    lines varchar(3) const;
  end-pi;

  oauth_set(client: OAUTH_QR_STYLE: style: %len(style));
  oauth_set(client: OAUTH_QR_LINES: lines: %len(lines));
  return textOf(OAUTH_QR_CODE);
end-proc;

// A property, or an empty text.
dcl-proc textOf;
  dcl-pi *n varchar(12288);
    number int(10) const;
  end-pi;

  dcl-s text char(12288);
  dcl-s length int(10);

  length = oauth_get(client: number: text: %size(text));
  if length < 0;
    return '';
  endif;
  return %subst(text: 1: length);
end-proc;

/copy CARRY
