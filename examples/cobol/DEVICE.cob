      *> DEVICE.cob - signs in on a terminal without a browser: shows a
      *> code, and waits until it is typed elsewhere.
      *>
      *>     device PROFILE
      *>
      *> PROFILE is a profile's name, or a profile file (any text with a
      *> "/"): see oauth_client_open. It has a store and a
      *> device_endpoint. Ended and called again, it goes on with the
      *> code that is under way; where somebody has signed in before, it
      *> asks anew. RETURN-CODE is 0, or 1 with what went wrong.
      *>
      *> Right in fixed and in free format.
      *>
      *>     cobc -x -fstatic-call -I <where OAUTH.cpy is> DEVICE.cob \
      *>         -loauth
       IDENTIFICATION DIVISION.
       PROGRAM-ID. DEVICE.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY OAUTH.
       COPY OAUTHWS.
       01  QR-CODE                 PIC X(12288).
       01  PAUSE-SECONDS           BINARY-LONG.
       01  JOB-CODE                BINARY-LONG VALUE 0.

       PROCEDURE DIVISION.
       MAIN-LINE.
           ACCEPT OAUTH-PROFILE-NAME FROM ARGUMENT-VALUE
           IF OAUTH-PROFILE-NAME = SPACES
               DISPLAY "usage: device PROFILE" UPON SYSERR
               MOVE 1 TO RETURN-CODE
               STOP RUN
           END-IF
           CALL "oauth_client_open" USING
               BY REFERENCE OAUTH-PROFILE-NAME
               BY VALUE LENGTH OF OAUTH-PROFILE-NAME
               RETURNING OAUTH-CLIENT
           END-CALL
           IF OAUTH-CLIENT < 0
               PERFORM FAILED
           END-IF
      *>   A code that is under way is gone on with.
           MOVE OAUTH-USER-CODE TO OAUTH-PROPERTY
           PERFORM GET-PROPERTY
           IF OAUTH-BUFFER = SPACES
               PERFORM START-SIGN-IN
           ELSE
               PERFORM POLL
           END-IF
           IF OAUTH-RC = OAUTH-PENDING
               PERFORM SHOW-CODE
               PERFORM WAIT-AND-POLL UNTIL OAUTH-RC NOT = OAUTH-PENDING
           END-IF
           IF OAUTH-RC < 0
               PERFORM FAILED
           END-IF
           DISPLAY "Signed in."
           PERFORM END-PROGRAM.

       START-SIGN-IN.
           CALL "oauth_device_start" USING
               BY VALUE OAUTH-CLIENT
               RETURNING OAUTH-RC
           END-CALL
           IF OAUTH-RC >= 0
               MOVE OAUTH-PENDING TO OAUTH-RC
           END-IF.

       POLL.
           CALL "oauth_device_poll" USING
               BY VALUE OAUTH-CLIENT
               RETURNING OAUTH-RC
           END-CALL.

       WAIT-AND-POLL.
           PERFORM POLL
           IF OAUTH-RC = OAUTH-PENDING
               MOVE OAUTH-RETRY-AFTER TO OAUTH-PROPERTY
               PERFORM GET-PROPERTY
               COMPUTE PAUSE-SECONDS = FUNCTION NUMVAL(OAUTH-BUFFER)
               CALL "C$SLEEP" USING PAUSE-SECONDS END-CALL
               MOVE OAUTH-PENDING TO OAUTH-RC
           END-IF.

      *> What the person needs to see.
       SHOW-CODE.
           MOVE OAUTH-VERIFICATION-URI TO OAUTH-PROPERTY
           PERFORM GET-PROPERTY
           DISPLAY "Open " FUNCTION TRIM(OAUTH-BUFFER)
           MOVE OAUTH-USER-CODE TO OAUTH-PROPERTY
           PERFORM GET-PROPERTY
           DISPLAY "and type " FUNCTION TRIM(OAUTH-BUFFER)
      *>   For a telephone. Lines with their ends, or missing where
      *>   the screen has no room for it.
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-QR-CODE
               BY REFERENCE QR-CODE
               BY VALUE LENGTH OF QR-CODE
               RETURNING OAUTH-RC
           END-CALL
           IF OAUTH-RC > 0
               DISPLAY QR-CODE(1:OAUTH-RC) WITH NO ADVANCING
           END-IF
           MOVE OAUTH-DEVICE-EXPIRES-AT TO OAUTH-PROPERTY
           PERFORM GET-PROPERTY
           DISPLAY "It is good until " FUNCTION TRIM(OAUTH-BUFFER) "."
           MOVE OAUTH-PENDING TO OAUTH-RC.

      *> The property is in OAUTH-BUFFER, padded with blanks.
       GET-PROPERTY.
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-PROPERTY
               BY REFERENCE OAUTH-BUFFER
               BY VALUE LENGTH OF OAUTH-BUFFER
               RETURNING OAUTH-RC
           END-CALL
           IF OAUTH-RC < 0
               PERFORM FAILED
           END-IF
           MOVE SPACES TO OAUTH-BUFFER(OAUTH-RC + 1:).

      *> Before any other call of liboauth: the error is the last one.
       FAILED.
           CALL "oauth_error_text" USING
               BY REFERENCE OAUTH-ERROR-TEXT
               BY VALUE LENGTH OF OAUTH-ERROR-TEXT
               RETURNING OAUTH-RC
           END-CALL
           DISPLAY "device: " OAUTH-ERROR-TEXT(1:OAUTH-RC) UPON SYSERR
           MOVE 1 TO JOB-CODE
           PERFORM END-PROGRAM.

       END-PROGRAM.
           CALL "oauth_client_close" USING
               BY VALUE OAUTH-CLIENT
               RETURNING OAUTH-RC
           END-CALL
           MOVE JOB-CODE TO RETURN-CODE
           STOP RUN.
