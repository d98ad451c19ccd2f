**FREE
// APICALLH - as APICALL, without the service program OAUTH: the header comes from the command
// oauth, which runs in PASE or on another host, by the script getheader under QSH. HTTPAPI calls
// the API.
//
//   SBMJOB CMD(CALL APICALLH PARM('stamps'))
//
// README.md says how it is built. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('HTTPAPI': 'QC2LE') ccsid(*char: *jobrun);

/copy LIBHTTP/QRPGLESRC,HTTPAPI_H

dcl-c API_URL 'https://api.testing.stampsendicia.com/sera/v1/balance';
dcl-c GETHEADER '/QOpenSys/usr/bin/sh /home/ME/liboauth/examples/rpg/getheader';
dcl-c FOLDER '/home/ME'; // nobody else can write there
dcl-c IN_NAMES 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-';
dcl-c BEARER 'Authorization: Bearer ';
dcl-c O_RDONLY 1;
dcl-c O_TEXTDATA 16777216; // from the file's CCSID to the job's

dcl-pi APICALLH;
  profile char(32) const; // a name, or a file; as long as a text on a command line always is
  action char(1) options(*nopass); // see APICALL
end-pi;

dcl-ds thisJob psds qualified;
  number char(6) pos(264);
end-ds;

dcl-s hasAction ind;
dcl-s attempt int(10);
dcl-s status int(10);
dcl-s header varchar(16384);
dcl-s answer varchar(100000: 4); // http_req wants a length of four bytes before the text

hasAction = (%parms() > 1);
if %check(IN_NAMES: %trimr(profile)) > 0; // it goes through a shell
  giveUp('F': 'No name of a profile: ' + profile);
endif;

for attempt = 1 to 2;
  header = headerOfProfile(attempt > 1);

  http_setOption('network-ccsid': '1208');
  http_setOption('local-ccsid': '0');
  http_setOption('timeout': '30');
  http_setOption('accept': 'application/json');
  http_setauth(HTTP_AUTH_BEARER: '': %subst(header: %len(BEARER) + 1));
  clear answer;
  status = statusOf(http_req('GET': API_URL: *omit: answer));
  http_setauth(HTTP_AUTH_NONE: '': ''); // else it would go along with the job's next request
  clear header;

  if status <> 401; // else once more, with a token that is renewed
    leave;
  endif;
endfor;

if status < 200 or status > 299;
  giveUp(actionFor(status): 'The API answers ' + %char(status) + ': ' + answer);
endif;
say('*INFO': 'The API answers: ' + answer);
if hasAction;
  action = ' ';
endif;
*inlr = *on;
return;

// The header, such as `Authorization: Bearer ...`. Ends the program where there is none.
dcl-proc headerOfProfile;
  dcl-pi *n varchar(16384);
    isRefused ind const;
  end-pi;

  dcl-pr QCMDEXC extpgm('QCMDEXC');
    command char(1000) const;
    commandLength packed(15: 5) const;
  end-pr;
  dcl-pr openFile int(10) extproc('open');
    path pointer value options(*string);
    flags int(10) value;
  end-pr;
  dcl-pr readFile int(10) extproc('read');
    file int(10) value;
    data char(65535) options(*varsize);
    size uns(10) value;
  end-pr;
  dcl-pr closeFile int(10) extproc('close');
    file int(10) value;
  end-pr;
  dcl-pr unlink int(10) extproc('unlink');
    path pointer value options(*string);
  end-pr;

  dcl-s path varchar(64);
  dcl-s command varchar(1000);
  dcl-s file int(10);
  dcl-s data char(16400);
  dcl-s length int(10);
  dcl-s line varchar(16400);
  dcl-s blank int(10);
  dcl-s code varchar(10);

  path = FOLDER + '/oauth.' + thisJob.number;
  command = 'QSH CMD(''' + GETHEADER + ' ' + %trimr(profile) + ' ' + path;
  if isRefused;
    command += ' refresh';
  endif;
  command += ''')';
  monitor;
    QCMDEXC(command: %len(command));
  on-error;
    giveUp('F': 'QSH cannot be run: see the job log.');
  endmon;

  file = openFile(path: O_RDONLY + O_TEXTDATA);
  if file < 0;
    giveUp('F': 'There is no ' + path + ': can this user write there?');
  endif;
  length = readFile(file: data: %size(data));
  closeFile(file);
  unlink(path);
  blank = %scan(' ': data);
  if length < 4 or blank = 0 or blank >= length;
    giveUp('F': 'Nothing is in ' + path);
  endif;
  line = %subst(data: blank + 1: length - blank - 1); // without the end of the line
  code = %subst(data: 1: blank - 1);
  clear data;

  select;
  when code = '0' and %scan(BEARER: line) = 1;
    return line;
  when code = '75';
    giveUp('R': line);
  when code = '77';
    giveUp('S': line);
  endsl;
  giveUp('F': line);
  return '';
end-proc;

// Ends the program.
dcl-proc giveUp;
  dcl-pi *n;
    letter char(1) const;
    text varchar(512) const;
  end-pi;

  if hasAction;
    action = letter;
  endif;
  say('*ESCAPE': text);
end-proc;

/copy STATUSOF
/copy SAY
