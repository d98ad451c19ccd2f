      *> Texts as large as servers have them, by the calls that stand in
      *> the copybook: mistakes.py puts each at its @name@. A line per
      *> call, the function and what it has answered.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. LARGE.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY OAUTH.
       COPY OAUTHWS.
       01  LETTERS                 PIC X(20000) VALUE ALL "t".
       01  BODY-END                BINARY-LONG.
       01  ACCOUNT-NUMBER          PIC 9(3).
       01  SHOWN                   PIC -(9)9.

       PROCEDURE DIVISION.
       MAIN-LINE.
           @oauth_client_new@
           MOVE OAUTH-HTTP TO OAUTH-PROPERTY
           MOVE "caller" TO OAUTH-TEXT
           PERFORM SET-TEXT
           MOVE OAUTH-TOKEN-ENDPOINT TO OAUTH-PROPERTY
           MOVE "https://tokens.example/token" TO OAUTH-TEXT
           PERFORM SET-TEXT
           MOVE OAUTH-CLIENT-ID TO OAUTH-PROPERTY
           MOVE "a client" TO OAUTH-TEXT
           PERFORM SET-TEXT
           MOVE OAUTH-CLIENT-AUTH TO OAUTH-PROPERTY
           MOVE "none" TO OAUTH-TEXT
           PERFORM SET-TEXT
           MOVE OAUTH-STORE TO OAUTH-PROPERTY
           ACCEPT OAUTH-TEXT FROM ARGUMENT-VALUE
           PERFORM SET-TEXT
           MOVE "client_credentials" TO OAUTH-GRANT-NAME
           PERFORM VARYING ACCOUNT-NUMBER FROM 1 BY 1
               UNTIL ACCOUNT-NUMBER > 100
               MOVE OAUTH-ACCOUNT TO OAUTH-PROPERTY
               MOVE SPACES TO OAUTH-TEXT
               STRING LETTERS(1:56) ACCOUNT-NUMBER "@x.example"
                   DELIMITED BY SIZE INTO OAUTH-TEXT
               PERFORM SET-TEXT
               MOVE "one" TO OAUTH-BODY
               MOVE 3 TO BODY-END
               PERFORM TAKE-TOKEN
           END-PERFORM
           MOVE 1 TO OAUTH-PAGE
           @oauth_accounts@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_accounts" SHOWN

           CALL "oauth_set" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-SCOPE
               BY REFERENCE LETTERS
               BY VALUE LENGTH OF LETTERS
               RETURNING OAUTH-RC
           END-CALL
           @oauth_request_token@
           MOVE OAUTH-REQUEST-CONTENT TO OAUTH-PART
           @oauth_http_request@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_http_request" SHOWN
           MOVE LETTERS(1:15000) TO OAUTH-BODY
           MOVE 15000 TO BODY-END
           PERFORM ANSWER-REQUEST
           @oauth_access_token@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_access_token" SHOWN
           @oauth_bearer_header@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_bearer_header" SHOWN
           MOVE "GET" TO OAUTH-METHOD
           MOVE 3 TO OAUTH-METHOD-LENGTH
           MOVE "https://api.example/me" TO OAUTH-URL
           MOVE 22 TO OAUTH-URL-LENGTH
           @oauth_request_headers@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_request_headers" SHOWN
           MOVE OAUTH-SASL-XOAUTH2 TO OAUTH-MECHANISM
           @oauth_sasl_response@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_sasl_response" SHOWN
           MOVE OAUTH-FIELD-TOKEN TO OAUTH-SOURCE
           MOVE "member" TO OAUTH-NAME
           @oauth_field@
           MOVE OAUTH-RC TO SHOWN
           DISPLAY "oauth_field" SHOWN
           @oauth_client_close@
           MOVE 0 TO RETURN-CODE
           STOP RUN.

       SET-TEXT.
           @oauth_set@
           PERFORM CHECK-IT.

       TAKE-TOKEN.
           @oauth_request_token@
           PERFORM ANSWER-REQUEST.

      *> The token is the beginning of OAUTH-BODY, and the member is it
      *> once more.
       ANSWER-REQUEST.
           MOVE OAUTH-BODY TO OAUTH-TOKEN
           MOVE 1 TO OAUTH-BODY-LENGTH
           STRING '{"access_token":"' OAUTH-TOKEN(1:BODY-END)
               '","expires_in":3600,"member":"' OAUTH-TOKEN(1:BODY-END)
               '"}' DELIMITED BY SIZE INTO OAUTH-BODY
               WITH POINTER OAUTH-BODY-LENGTH
           SUBTRACT 1 FROM OAUTH-BODY-LENGTH
           MOVE "Content-Type: application/json" TO OAUTH-HEADERS
           MOVE 30 TO OAUTH-HEADERS-LENGTH
           MOVE 200 TO OAUTH-STATUS
           @oauth_http_response@
           PERFORM CHECK-IT.

       CHECK-IT.
           IF OAUTH-RC < 0
               @oauth_error_text@
               DISPLAY OAUTH-ERROR-TEXT
               MOVE 1 TO RETURN-CODE
               STOP RUN
           END-IF.
