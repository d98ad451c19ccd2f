**FREE
// APICALLS - as APICALL, with SQL in the place of HTTPAPI: QSYS2.HTTP_GET_VERBOSE and
// QSYS2.HTTP_POST_VERBOSE. The job's CCSID is not 65535, in which SQL converts nothing.
//
//   SBMJOB CMD(CALL APICALLS PARM('/home/ME/stamps.toml'))
//
// README.md says how it is built. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('OAUTH') ccsid(*char: *jobrun);

/include OAUTH_H

dcl-c API_URL 'https://api.testing.stampsendicia.com/sera/v1/balance';

dcl-pi APICALLS;
  profile char(32) const; // as long as a text on a command line always is
  action char(1) options(*nopass); // see APICALL
end-pi;

dcl-s client int(10);
dcl-s attempt int(10);
dcl-s length int(10);
dcl-s status int(10);
dcl-s token char(16384);
dcl-s what varchar(60);
// What sendBySql got: at most 32,000 characters of it.
dcl-s answer varchar(32000);

exec sql set option commit = *none, closqlcsr = *endmod;

client = oauth_client_open(profile: %len(profile));
if client < 0;
  what = 'The profile cannot be used: ';
  exsr giveUp;
endif;

for attempt = 1 to 2;
  length = oauth_access_token(client: token: %size(token));
  if length = OAUTH_HTTP_NEEDED;
    length = carryBySql(client: length);
    if length >= 0;
      length = oauth_access_token(client: token: %size(token));
    endif;
  endif;
  if length < 0;
    what = 'No access token: ';
    exsr giveUp;
  endif;

  status = sendBySql('GET': API_URL: 'application/json': ''
                     : 'Bearer ' + %subst(token: 1: length): '');
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

// Sends the requests that an operation needs, as CARRY does with HTTPAPI.
dcl-proc carryBySql;
  dcl-pi *n int(10);
    client int(10) const;
    rc int(10) const;
  end-pi;

  dcl-s result int(10);
  dcl-s headers varchar(8192);
  dcl-s status int(10);

  result = rc;
  dow result = OAUTH_HTTP_NEEDED;
    headers = partOf(client: OAUTH_REQUEST_HEADERS_PROPERTY);
    status = sendBySql(partOf(client: OAUTH_REQUEST_METHOD)
                       : partOf(client: OAUTH_REQUEST_URL)
                       : lineOf(headers: 'Accept'): lineOf(headers: 'Content-Type')
                       : lineOf(headers: 'Authorization')
                       : partOf(client: OAUTH_REQUEST_CONTENT));
    if status = 0;
      clear answer; // SQL's own words
    endif;
    // Whatever the status is: liboauth reads refusals too. 0 stands for no answer.
    result = oauth_http_response(client: status: '': 0: answer: OAUTH_NUL_TERMINATED);
  enddo;
  clear answer;
  return result;
end-proc;

// Returns the HTTP status, or 0 where no answer came; why, is in `answer` then, and in the job log.
dcl-proc sendBySql;
  dcl-pi *n int(10);
    method varchar(16) const;
    url varchar(8192) const;
    accept varchar(128) const;
    contentType varchar(128) const;
    authorization varchar(16400) const;
    content varchar(32000) const;
  end-pi;

  dcl-s theUrl varchar(8192);
  dcl-s theAccept varchar(128);
  dcl-s theType varchar(128);
  dcl-s theAuthorization varchar(16400);
  dcl-s theContent varchar(32000);
  dcl-s theStatus int(10);

  theUrl = url; // SQL takes no constant parameters
  theAccept = accept;
  theType = contentType;
  theAuthorization = authorization;
  theContent = content;
  clear answer;

  // No braces here: JSON_OBJECT writes them, whatever the CCSID. "headers" came with 7.5 SF99950-3
  // and 7.4 SF99704-23.
  if method = 'GET';
    exec sql select coalesce(varchar(response_message, 32000), ''),
                    int(json_value(response_http_header, 'lax $.HTTP_STATUS_CODE'))
               into :answer, :theStatus
               from table(qsys2.http_get_verbose(:theUrl,
                      json_object(key 'headers' value
                        json_object(key 'Accept' value nullif(:theAccept, ''),
                                    key 'Authorization' value nullif(:theAuthorization, '')
                                    absent on null),
                        key 'verboseResponseHeaderFormat' value 'json',
                        key 'connectTimeout' value '30', key 'ioTimeout' value '30'))) as reply;
  else;
    exec sql select coalesce(varchar(response_message, 32000), ''),
                    int(json_value(response_http_header, 'lax $.HTTP_STATUS_CODE'))
               into :answer, :theStatus
               from table(qsys2.http_post_verbose(:theUrl, :theContent,
                      json_object(key 'headers' value
                        json_object(key 'Accept' value nullif(:theAccept, ''),
                                    key 'Content-Type' value nullif(:theType, ''),
                                    key 'Authorization' value nullif(:theAuthorization, '')
                                    absent on null),
                        key 'verboseResponseHeaderFormat' value 'json',
                        key 'connectTimeout' value '30', key 'ioTimeout' value '30'))) as reply;
  endif;
  clear theAuthorization;
  clear theContent;
  if sqlcode < 0;
    exec sql get diagnostics condition 1 :answer = message_text;
    say('*INFO': 'SQL: ' + answer); // a name, a certificate, an authority that is missing
    return 0;
  endif;
  return theStatus;
end-proc;

// The value of a header among lines that each end with CR LF; empty where there is none.
dcl-proc lineOf;
  dcl-pi *n varchar(8192);
    headers varchar(8192) const;
    name varchar(40) const;
  end-pi;

  dcl-s start int(10);
  dcl-s behind int(10);

  start = %scan(name + ': ': headers);
  if start = 0;
    return '';
  endif;
  start += %len(name) + 2;
  behind = %scan(x'0d': headers: start);
  return %subst(headers: start: behind - start);
end-proc;

// A part of the request that waits.
dcl-proc partOf;
  dcl-pi *n varchar(32000);
    client int(10) const;
    number int(10) const;
  end-pi;

  dcl-s text char(32000);
  dcl-s length int(10);

  length = oauth_http_request(client: number: text: %size(text));
  if length < 0;
    say('*ESCAPE': 'No request to send. ' + whatWentWrong());
  endif;
  return %subst(text: 1: length);
end-proc;

/include TELL
