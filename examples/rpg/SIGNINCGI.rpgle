**FREE
// SIGNINCGI - a web page where people sign in, and where the API is called for each of them: a CGI
// program for the HTTP server of IBM i.
//
//   /oauth/signin     sends the browser to the authorization server
//   /oauth/callback   takes what it comes back with: the address is the profile's redirect_uri
//   /oauth/api        calls the API for whoever asks
//
// Each request may come to another job: one makes the address to sign in at, another takes the
// answer. What the answer is checked against waits in the profile's store. Any number of people can
// be on their way at once, each with a token of their own: whose it is, the HTTP server says
// (REMOTE_USER), and a state that was made for one person is refused from another. Whose sign-in it
// is, the browser says, by a cookie: an answer that a stranger's link brings is refused. The cookie
// goes over https alone.
//
// README.md says how it is built and configured. No RPG compiler has read this yet.
ctl-opt dftactgrp(*no) actgrp(*new) bnddir('HTTPAPI': 'OAUTH': 'SIGNINCGI')
        ccsid(*char: *jobrun);

/copy LIBHTTP/QRPGLESRC,HTTPAPI_H
/copy OAUTH_H

dcl-c PROFILE_FILE '/home/ME/webstamps.toml';
dcl-c API_URL 'https://api.testing.stampsendicia.com/sera/v1/balance';
// The cookie of a sign-in that is under way: its name ends with the state. No other host can set
// it.
dcl-c COOKIE '__Host-signin-';
dcl-c COOKIE_FOR '; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=';
dcl-c LINE_END x'15'; // as the HTTP server wants it from a CGI program

// The HTTP server's procedures: service program QHTTPSVR/QZHBCGI.
dcl-ds apiError qualified;
  provided int(10) inz(16); // errors come here, and not as messages that would end the program
  available int(10) inz(0);
  messageId char(7);
  reserved char(1);
end-ds;

dcl-pr QtmhGetEnv extproc('QtmhGetEnv');
  receiver char(32000) options(*varsize);
  receiverLength int(10) const;
  valueLength int(10);
  name char(64) const options(*varsize);
  nameLength int(10) const;
  error likeds(apiError);
end-pr;

dcl-pr QtmhWrStout extproc('QtmhWrStout');
  data char(32000) const options(*varsize);
  dataLength int(10) const;
  error likeds(apiError);
end-pr;

dcl-s client int(10);
dcl-s rc int(10);
dcl-s path varchar(256);
dcl-s who varchar(256);

path = variable('PATH_INFO');
who = variable('REMOTE_USER');

select;
when variable('REQUEST_METHOD') <> 'GET';
  page('405 Method Not Allowed': 'This page is only there to be read.': '': '');
when who = '';
  say('*INFO': 'No REMOTE_USER: let the HTTP server ask for user and password.');
  page('403 Forbidden': 'The web server does not know who you are.': '': '');
other;
  client = oauth_client_open(PROFILE_FILE: OAUTH_NUL_TERMINATED);
  rc = client;
  if rc > 0;
    rc = oauth_set(client: OAUTH_ACCOUNT: who: %len(who));
  endif;
  if rc < 0;
    failed('The profile cannot be used');
  elseif path = '/signin';
    beginSignIn();
  elseif path = '/callback';
    takeAnswer();
  elseif path = '/api';
    callApi();
  else;
    page('404 Not Found': 'There is no such page.': '': 'signin');
  endif;
  if client > 0;
    oauth_client_close(client);
  endif;
endsl;
*inlr = *on;
return;

// Sends the browser to the authorization server. State and proof key are in the store before it
// leaves.
dcl-proc beginSignIn;
  dcl-pi *n end-pi;

  dcl-s url char(8192);
  dcl-s state char(64);
  dcl-s length int(10);
  dcl-s stateLength int(10);

  length = oauth_build_authorize_url(client: url: %size(url));
  if length = OAUTH_HTTP_NEEDED;
    length = carry(client: length);
    if length >= 0;
      length = oauth_build_authorize_url(client: url: %size(url));
    endif;
  endif;
  if length < 0;
    failed('No address to sign in at');
    return;
  endif;
  stateLength = oauth_get(client: OAUTH_STATE: state: %size(state));
  if stateLength < 0;
    failed('No state');
    return;
  endif;
  put('Status: 302 Found' + LINE_END + 'Cache-Control: no-store' + LINE_END
      + 'Set-Cookie: ' + COOKIE + %subst(state: 1: stateLength) + '=1' + COOKIE_FOR + '3600'
      + LINE_END
      + 'Location: ' + %subst(url: 1: length) + LINE_END + LINE_END);
end-proc;

// Whether the browser was sent to sign in with the state of this answer. Or else a stranger's link
// could bring the answer to the stranger's own sign-in (RFC 6749 section 10.12).
dcl-proc hasCookie;
  dcl-pi *n ind;
    query varchar(16000) const;
  end-pi;

  dcl-s start int(10);
  dcl-s length int(10);
  dcl-s name varchar(16100);

  start = %scan('&state=': '&' + query); // where `state=` begins in the query
  if start = 0;
    return *off;
  endif;
  start += 6;
  length = %scan('&': query + '&': start) - start;
  if length <= 0;
    return *off;
  endif;
  name = COOKIE + %subst(query: start: length);
  return %scan('; ' + name + '=': '; ' + variable('HTTP_COOKIE')) > 0;
end-proc;

// In another job than the one that made the address.
dcl-proc takeAnswer;
  dcl-pi *n end-pi;

  dcl-s address char(8192);
  dcl-s redirect varchar(32000);
  dcl-s query varchar(16000);
  dcl-s length int(10);

  length = oauth_get(client: OAUTH_REDIRECT_URI: address: %size(address));
  if length < 0;
    failed('No redirect_uri');
    return;
  endif;
  query = variable('QUERY_STRING');
  if not hasCookie(query);
    say('*INFO': 'Not signed in: this browser has no cookie of the state of the answer.');
    page('403 Forbidden': 'You are not signed in.': '': 'signin');
    return;
  endif;
  // As the whole address: a code alone is good enough from a person who pastes it, but not here,
  // where a stranger's link could bring a stranger's code.
  redirect = %subst(address: 1: length) + '?' + query;
  rc = carry(client: oauth_exchange_code(client: redirect: %len(redirect)));
  if rc < 0;
    failed('Not signed in');
    return;
  endif;
  page('200 OK': 'You are signed in as': who: 'api');
end-proc;

// Calls the API with this person's token. However many jobs ask at once, one of them refreshes it.
dcl-proc callApi;
  dcl-pi *n end-pi;

  dcl-s attempt int(10);
  dcl-s length int(10);
  dcl-s status int(10);
  dcl-s token char(15000); // HTTPAPI takes no longer one
  dcl-s answer varchar(100000: 4); // http_req wants a length of four bytes before the text

  for attempt = 1 to 2;
    length = oauth_access_token(client: token: %size(token));
    if length = OAUTH_HTTP_NEEDED;
      length = carry(client: length);
      if length >= 0;
        length = oauth_access_token(client: token: %size(token));
      endif;
    endif;
    if length < 0;
      failed('No access token');
      return;
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
    say('*INFO': 'The API answers ' + %char(status));
    page('502 Bad Gateway': 'The API does not answer as it should.': '': '');
    return;
  endif;
  if %len(answer) > 4000;
    answer = %subst(answer: 1: 4000);
  endif;
  page('200 OK': 'The API answers:': answer: '');
end-proc;

// Says why in the job log, and to the person what to do: the words of an error may be a stranger's.
// Call it before any other function of liboauth.
dcl-proc failed;
  dcl-pi *n;
    what varchar(60) const;
  end-pi;

  dcl-s action int(10);

  action = oauth_error_action();
  say('*INFO': what + ': ' + whatWentWrong());
  select;
  when action = OAUTH_ACTION_RETRY;
    page('503 Service Unavailable': 'That does not work now. Try again in a minute.': '': '');
  when action = OAUTH_ACTION_SIGN_IN;
    page('403 Forbidden': 'You are not signed in.': '': 'signin');
  other;
    page('500 Internal Server Error': 'Something is wrong here. The job log says what.': '': '');
  endsl;
end-proc;

// A page with a sentence, a text of somebody else's, and a link to another of this program's pages.
dcl-proc page;
  dcl-pi *n;
    status varchar(40) const;
    sentence varchar(100) const;
    text varchar(4000) const;
    link varchar(10) const;
  end-pi;

  put('Status: ' + status + LINE_END + 'Content-Type: text/html' + LINE_END
      + 'Cache-Control: no-store' + LINE_END // it is one person's
      + 'Referrer-Policy: no-referrer' + LINE_END // the address of /callback has a code in it
      + LINE_END + '<!DOCTYPE html><title>Sign in</title><p>' + sentence + '</p>' + LINE_END);
  if text <> '';
    put('<pre>' + escaped(text) + '</pre>' + LINE_END);
  endif;
  if link <> '';
    put('<p><a href="' + escaped(variable('SCRIPT_NAME')) + '/' + link + '">' + link + '</a></p>'
        + LINE_END);
  endif;
end-proc;

// Whatever comes from outside goes into a page by this procedure alone.
dcl-proc escaped;
  dcl-pi *n varchar(32000);
    text varchar(4000) const;
  end-pi;

  dcl-s html varchar(32000);

  html = %scanrpl('&': '&amp;': text); // first
  html = %scanrpl('<': '&lt;': html);
  html = %scanrpl('>': '&gt;': html);
  html = %scanrpl('"': '&quot;': html);
  html = %scanrpl('''': '&#39;': html);
  return html;
end-proc;

// A variable that the HTTP server has set; empty where it has not, or where it is too long.
dcl-proc variable;
  dcl-pi *n varchar(16000);
    name varchar(64) const;
  end-pi;

  dcl-s value char(16000);
  dcl-s length int(10);

  QtmhGetEnv(value: %size(value): length: name: %len(name): apiError);
  if length <= 0 or length > %size(value);
    return '';
  endif;
  return %subst(value: 1: length);
end-proc;

// A piece of the answer.
dcl-proc put;
  dcl-pi *n;
    text varchar(32000) const;
  end-pi;

  QtmhWrStout(text: %len(text): apiError);
end-proc;

/copy CARRY
