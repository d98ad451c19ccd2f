      * APICALLF - APICALL in fixed-form RPG, for source members.
      *
      *   SBMJOB CMD(CALL APICALLF PARM('/home/ME/stamps.toml'))
      *
      * CARRY, which it copies, may well be free-form. README.md says how it is
      * built. No RPG compiler has read this yet.
     H DFTACTGRP(*NO) ACTGRP(*NEW) BNDDIR('HTTPAPI' : 'OAUTH')
     H CCSID(*CHAR : *JOBRUN)

      /COPY LIBHTTP/QRPGLESRC,HTTPAPI_H
      /COPY QRPGLESRC,OAUTHF_H

     D API_URL         C                   'https://api.testing.stampsendicia-
     D                                     .com/sera/v1/balance'

     D APICALLF        PR                  EXTPGM('APICALLF')
     D  profile                      32A   CONST
     D  action                        1A   OPTIONS(*NOPASS)
      * A text on a command line has at least 32 characters.
     D APICALLF        PI
     D  profile                      32A   CONST
     D  action                        1A   OPTIONS(*NOPASS)

     D client          S             10I 0
     D attempt         S             10I 0
     D length          S             10I 0
     D status          S             10I 0
      * HTTPAPI takes no longer token, and wants a length of four bytes before
      * the answer.
     D token           S          15000A
     D answer          S         100000A   VARYING(4)
     D what            S             60A   VARYING

     C                   EVAL      client = oauth_client_open(profile :
     C                             %LEN(profile))
     C                   IF        client < 0
     C                   EVAL      what = 'The profile cannot be used: '
     C                   EXSR      giveUp
     C                   ENDIF

     C                   FOR       attempt = 1 TO 2
      * From the store; refreshed, and stored again, if it is about to expire.
     C                   EVAL      length = oauth_access_token(client : token :
     C                             %SIZE(token))
     C                   IF        length = OAUTH_HTTP_NEEDED
     C                   EVAL      length = carry(client : length)
     C                   IF        length >= 0
     C                   EVAL      length = oauth_access_token(client : token :
     C                             %SIZE(token))
     C                   ENDIF
     C                   ENDIF
     C                   IF        length = OAUTH_ERROR_SIGN_IN
     C                   EVAL      what = 'Somebody has to CALL SIGNIN: '
     C                   EXSR      giveUp
     C                   ENDIF
     C                   IF        length < 0
     C                   EVAL      what = 'No access token: '
     C                   EXSR      giveUp
     C                   ENDIF

     C                   CALLP     http_setOption('network-ccsid' : '1208')
     C                   CALLP     http_setOption('local-ccsid' : '0')
     C                   CALLP     http_setOption('timeout' : '30')
     C                   CALLP     http_setOption('accept' : 'application/json')
     C                   CALLP     http_setauth(HTTP_AUTH_BEARER : '' :
     C                             %SUBST(token : 1 : length))
     C                   EVAL      answer = ''
     C                   EVAL      status = statusOf(http_req('GET' : API_URL :
     C                             *OMIT : answer))
      * Else it would go along with the job's next request.
     C                   CALLP     http_setauth(HTTP_AUTH_NONE : '' : '')
     C                   EVAL      token = *BLANKS

     C                   IF        status <> 401
     C                   LEAVE
     C                   ENDIF
      * So that the next token is another one.
     C                   CALLP     oauth_token_rejected(client)
     C                   ENDFOR

     C                   IF        status < 200 OR status > 299
     C                   IF        %PARMS > 1
     C                   EVAL      action = actionFor(status)
     C                   ENDIF
     C                   CALLP     say('*ESCAPE' : 'The API answers ' +
     C                             %CHAR(status) + ': ' + answer)
     C                   ENDIF
     C                   CALLP     say('*INFO' : 'The API answers: ' + answer)
     C                   IF        %PARMS > 1
     C                   EVAL      action = ' '
     C                   ENDIF

     C                   CALLP     oauth_client_close(client)
     C                   EVAL      *INLR = *ON
     C                   RETURN

      * Ends the program with liboauth's last error.
     C     giveUp        BEGSR
     C                   IF        %PARMS > 1
     C                   EVAL      action = actionNow()
     C                   ENDIF
     C                   CALLP     say('*ESCAPE' : what + whatWentWrong())
     C                   ENDSR

      /COPY QRPGLESRC,CARRY
