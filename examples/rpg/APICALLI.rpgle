**FREE
// APICALLI - as APICALL, with ILEvator in the place of HTTPAPI, and with texts in UTF-8.
//
//   SBMJOB CMD(CALL APICALLI PARM('/home/ME/stamps.toml'))
//
// README.md says how it is built. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('ILEVATOR': 'OAUTH') ccsid(*char: *jobrun);

/copy ILEVATOR
/copy OAUTHU_H

dcl-c API_URL 'https://api.testing.stampsendicia.com/sera/v1/balance';
dcl-c HEADER_END x'0d25';

dcl-pi APICALLI;
  profile char(32) const; // as long as a text on a command line always is
  action char(1) options(*nopass); // see APICALL
end-pi;

dcl-s profileName varchar(32) ccsid(*utf8);
dcl-s client int(10);
dcl-s rc int(10);
dcl-s attempt int(10);
dcl-s length int(10);
dcl-s status int(10);
dcl-s http pointer;
dcl-s token char(16384) ccsid(*utf8);
dcl-s bearer varchar(16384) ccsid(*utf8);
dcl-s answer varchar(100000: 4) ccsid(*utf8);
dcl-s shown varchar(400);
dcl-s what varchar(60);

rc = oauth_bridge_ccsid(1208);
if rc < 0;
  what = 'No UTF-8: ';
  exsr giveUp;
endif;
profileName = %trimr(profile);
client = oauth_client_open(%addr(profileName: *data): %len(profileName));
if client < 0;
  what = 'The profile cannot be used: ';
  exsr giveUp;
endif;

for attempt = 1 to 2;
  length = oauth_access_token(client: token: %size(token));
  if length = OAUTH_HTTP_NEEDED;
    length = carryByIlevator(client: length);
    if length >= 0;
      length = oauth_access_token(client: token: %size(token));
    endif;
  endif;
  if length < 0;
    what = 'No access token: ';
    exsr giveUp;
  endif;
  bearer = 'Bearer ';
  bearer += %subst(token: 1: length); // both in UTF-8

  http = iv_newHttpClient();
  iv_setTimeout(http: 30);
  iv_addHeader(http: 'Accept': 'application/json');
  iv_addHeader(http: 'Authorization': bearer);
  clear answer;
  iv_setResponseDataBuffer(http: %addr(answer): %size(answer): IV_VARCHAR4: IV_CCSID_UTF8);
  iv_execute(http: 'GET': API_URL);
  status = iv_getStatus(http); // 0 when no answer came
  iv_free(http);
  clear token;
  clear bearer;

  if status <> IV_HTTP_UNAUTHORIZED;
    leave;
  endif;
  oauth_token_rejected(client); // so that the next token is another one
endfor;

shown = answer; // as much as fits, in the job's CCSID
if status < 200 or status > 299;
  if %parms() > 1;
    action = actionFor(status);
  endif;
  say('*ESCAPE': 'The API answers ' + %char(status) + ': ' + shown);
endif;
say('*INFO': 'The API answers: ' + shown);
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

// Sends the requests that an operation needs, as CARRY does with HTTPAPI.
dcl-proc carryByIlevator;
  dcl-pi *n int(10);
    client int(10) const;
    rc int(10) const;
  end-pi;

  dcl-s result int(10);
  dcl-s method varchar(16);
  dcl-s url varchar(8192);
  dcl-s content varchar(32767: 4) ccsid(*utf8);
  dcl-s request pointer;
  dcl-s status int(10);
  dcl-s answer varchar(100000: 4) ccsid(*utf8);
  dcl-s answerHeaders varchar(8192: 4) ccsid(*utf8);

  result = rc;
  dow result = OAUTH_HTTP_NEEDED;
    method = requestPart(client: OAUTH_REQUEST_METHOD);
    url = requestPart(client: OAUTH_REQUEST_URL);
    content = requestPart(client: OAUTH_REQUEST_CONTENT);

    request = iv_newHttpClient();
    iv_setTimeout(request: 30);
    addHeaders(request: requestPart(client: OAUTH_REQUEST_HEADERS_PROPERTY));
    if %len(content) > 0;
      iv_setRequestDataBuffer(request: %addr(content): %size(content): IV_VARCHAR4
                              : IV_CCSID_UTF8);
    endif;
    clear answer;
    clear answerHeaders;
    iv_setResponseDataBuffer(request: %addr(answer): %size(answer): IV_VARCHAR4: IV_CCSID_UTF8);
    iv_setResponseHeaderBuffer(request: %addr(answerHeaders): %size(answerHeaders): IV_VARCHAR4
                               : IV_CCSID_UTF8);
    // Not iv_post: on any status from 400 on it throws the answer away, and with it the reason.
    iv_execute(request: method: url);
    status = iv_getStatus(request);
    iv_free(request);

    // Whatever the status is: liboauth reads refusals too. 0 stands for no answer.
    result = oauth_http_response(client: status
                                 : %addr(answerHeaders: *data): %len(answerHeaders)
                                 : %addr(answer: *data): %len(answer));
  enddo;
  clear content;
  clear answer;
  return result;
end-proc;

// Gives ILEvator the headers of a request: lines that each end with CR LF.
dcl-proc addHeaders;
  dcl-pi *n;
    request pointer value;
    headers varchar(8192) const; // in the job's CCSID, as its literals are
  end-pi;

  dcl-s start int(10) inz(1);
  dcl-s behind int(10);
  dcl-s colon int(10);
  dcl-s name varchar(100);
  dcl-s content varchar(8192);

  dow start <= %len(headers);
    behind = %scan(HEADER_END: headers: start);
    colon = %scan(': ': headers: start);
    if behind = 0 or colon = 0 or colon > behind;
      return;
    endif;
    name = %subst(headers: start: colon - start);
    content = %subst(headers: colon + 2: behind - colon - 2);
    iv_addHeader(request: name: content);
    start = behind + 2;
  enddo;
end-proc;

// A part of the request that waits.
dcl-proc requestPart;
  dcl-pi *n varchar(32767) ccsid(*utf8);
    client int(10) const;
    number int(10) const;
  end-pi;

  dcl-s text char(32767) ccsid(*utf8);
  dcl-s length int(10);

  length = oauth_http_request(client: number: text: %size(text));
  if length < 0;
    say('*ESCAPE': 'No request to send. ' + whatWentWrong());
  endif;
  return %subst(text: 1: length);
end-proc;

/copy TELL
