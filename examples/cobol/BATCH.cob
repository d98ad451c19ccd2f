      *> BATCH.cob - calls an API for each record of a file, and goes on
      *> where it stopped when it is started again.
      *>
      *>     DD_KEYS=keys.txt DD_RESTART=restart.dat \
      *>     DD_ANSWERS=answers.txt batch PROFILE API_URL
      *>
      *> KEYS has a key a line, of at most 64 bytes: the API is asked
      *> with GET for API_URL with the key behind it. ANSWERS is written
      *> when all are answered: a line a key, in their order, with the
      *> HTTP status (000: not asked, as this is no key) and the answer.
      *>
      *> RESTART keeps the answers so far, and how many there are: its
      *> first record is rewritten when the answer's own record stands.
      *> Whatever ends the job, kill -9 too, the next run asks for the
      *> rest. Only the one key that was under way may be asked for
      *> twice: where that matters, send the key in a header by which
      *> the API knows it (Idempotency-Key). The files are safe from the
      *> job's end; from the machine's with COB_SYNC=true. For a new run
      *> over the same keys, delete RESTART first.
      *>
      *> RETURN-CODE, for the scheduler:
      *>      0  all records are answered
      *>      4  that, but the API refused some: see ANSWERS
      *>      8  stopped: start it again later
      *>     12  stopped: a person has to sign in (SIGNIN, DEVICE), then
      *>         start it again
      *>     16  stopped: the profile, a file or the API's address is
      *>         wrong; mend it, then start it again
      *>
      *> liboauth sends its own requests, or, with http = "caller" in
      *> the profile, has them carried by the libcurl of httpget.c, as
      *> the API's are: the paragraph CARRY does that.
      *>
      *> Right in fixed and in free format.
      *>
      *>     cobc -x -fstatic-call -I <where OAUTH.cpy is> BATCH.cob \
      *>         httpget.c -loauth -lcurl
       IDENTIFICATION DIVISION.
       PROGRAM-ID. BATCH.

       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT KEYS ASSIGN TO "KEYS"
               ORGANIZATION LINE SEQUENTIAL
               FILE STATUS KEYS-STATUS.
           SELECT OPTIONAL RESTART ASSIGN TO "RESTART"
               ORGANIZATION RELATIVE
               ACCESS RANDOM
               RELATIVE KEY RESTART-NUMBER
               LOCK MODE EXCLUSIVE
               FILE STATUS RESTART-STATUS.
      *> The same file, as bytes.
           SELECT RESTART-BYTES ASSIGN TO "RESTART"
               ORGANIZATION SEQUENTIAL
               FILE STATUS RESTART-STATUS.
           SELECT ANSWERS ASSIGN TO "ANSWERS"
               ORGANIZATION LINE SEQUENTIAL
               FILE STATUS ANSWERS-STATUS.

       DATA DIVISION.
       FILE SECTION.
       FD  KEYS.
       01  KEYS-RECORD             PIC X(256).
      *> With the 8 bytes that GnuCOBOL puts before it a record fills a
      *> page, which is written whole or not at all.
       FD  RESTART.
       01  RESTART-RECORD          PIC X(4088).
       FD  RESTART-BYTES.
       01  RESTART-EIGHT           PIC X(8).
       FD  ANSWERS.
       01  ANSWERS-RECORD          PIC X(4088).

       WORKING-STORAGE SECTION.
       COPY OAUTH.
       COPY OAUTHWS.
       01  KEYS-STATUS             PIC XX.
       01  RESTART-STATUS          PIC XX.
       01  ANSWERS-STATUS          PIC XX.
       01  RESTART-NUMBER          PIC 9(8).
      *> Record 1 of RESTART.
       01  HEAD.
           05  HEAD-NAME           PIC X(8).
               88  HEAD-IS-OURS    VALUE "OABATCH1".
           05  HEAD-DONE           PIC 9(8).
           05  HEAD-REFUSED        PIC 9(8).
      *> Record N + 1 of RESTART, and line N of ANSWERS.
       01  REPLY.
           05  REPLY-KEY           PIC X(64).
           05  FILLER              PIC X VALUE SPACE.
           05  REPLY-STATUS        PIC 9(3).
           05  FILLER              PIC X VALUE SPACE.
           05  REPLY-TEXT          PIC X(4019).
       01  KEY-NUMBER              PIC 9(8) VALUE 0.
       01  DONE-BEFORE             PIC 9(8) VALUE 0.
       01  END-OF-KEYS             PIC X VALUE "N".
      *> What the answers must not bring into a file of lines.
       01  CONTROL-BYTES           PIC X(33) VALUE X"0001020304050607"
           & X"08090A0B0C0D0E0F" & X"1011121314151617"
           & X"18191A1B1C1D1E1F" & X"7F".

       01  API-URL                 PIC X(2048).
       01  API-STATUS              BINARY-LONG SIGNED.
       01  ATTEMPT                 BINARY-LONG.
       01  ESCAPED                 PIC X(192).
       01  ESCAPED-LENGTH          BINARY-LONG.
      *> A request of liboauth's own.
       01  REQUEST-METHOD          PIC X(16).
       01  REQUEST-METHOD-LENGTH   BINARY-LONG SIGNED.
       01  REQUEST-URL             PIC X(16384).
       01  REQUEST-URL-LENGTH      BINARY-LONG SIGNED.
       01  REQUEST-HEADERS         PIC X(16384).
       01  REQUEST-HEADERS-LENGTH  BINARY-LONG SIGNED.
       01  REQUEST-CONTENT         PIC X(65536).
       01  REQUEST-CONTENT-LENGTH  BINARY-LONG SIGNED.
      *> A byte more than liboauth takes shows that it is too long.
       01  ANSWER                  PIC X(1048577).
       01  ANSWER-HEADERS          PIC X(65536).

       01  WHAT-FAILED             PIC X(80) VALUE SPACES.
       01  WHY                     PIC X(512) VALUE SPACES.
       01  SHOWN-NUMBER            PIC Z(7)9.
       01  SHOWN-STATUS            PIC 999.
       01  JOB-CODE                BINARY-LONG VALUE 0.

       PROCEDURE DIVISION.
       MAIN-LINE.
           PERFORM START-JOB
           PERFORM NEXT-KEY
           PERFORM UNTIL END-OF-KEYS = "Y"
               IF KEY-NUMBER > HEAD-DONE
                   PERFORM ANSWER-KEY
               ELSE
                   PERFORM CHECK-KEY
               END-IF
               PERFORM NEXT-KEY
           END-PERFORM
           PERFORM WRITE-ANSWERS
           IF HEAD-REFUSED > 0
               MOVE 4 TO JOB-CODE
           END-IF
           PERFORM END-JOB.

       START-JOB.
           ACCEPT OAUTH-PROFILE-NAME FROM ARGUMENT-VALUE
           ACCEPT API-URL FROM ARGUMENT-VALUE
           IF API-URL = SPACES
               DISPLAY "usage: batch PROFILE API_URL" UPON SYSERR
               MOVE 16 TO RETURN-CODE
               STOP RUN
           END-IF
           PERFORM OPEN-RESTART
           OPEN INPUT KEYS
           IF KEYS-STATUS NOT = "00"
               MOVE "KEYS cannot be opened" TO WHAT-FAILED
               PERFORM KEYS-FAILED
           END-IF
           CALL "oauth_client_open" USING
               BY REFERENCE OAUTH-PROFILE-NAME
               BY VALUE LENGTH OF OAUTH-PROFILE-NAME
               RETURNING OAUTH-CLIENT
           END-CALL
           IF OAUTH-CLIENT < 0
               MOVE "the profile cannot be used" TO WHAT-FAILED
               PERFORM OAUTH-FAILED
           END-IF.

      *> For this job alone: two would ask for the same keys.
       OPEN-RESTART.
           OPEN I-O RESTART
           IF RESTART-STATUS = "61"
               MOVE "another job has RESTART open" TO WHAT-FAILED
               PERFORM TRY-LATER
           END-IF
           IF RESTART-STATUS NOT = "00" AND NOT = "05"
               MOVE "RESTART cannot be opened" TO WHAT-FAILED
               PERFORM RESTART-FAILED
           END-IF
           MOVE 1 TO RESTART-NUMBER
           READ RESTART INTO HEAD
           EVALUATE TRUE
      *>       There is none yet: 23, and 10 in GnuCOBOL 4.
               WHEN RESTART-STATUS = "23"
               WHEN RESTART-STATUS = "10"
                   PERFORM START-RESTART
               WHEN RESTART-STATUS = "30"
                   PERFORM LOOK-AT-START
                   PERFORM START-RESTART
               WHEN RESTART-STATUS NOT = "00"
                   MOVE "RESTART cannot be read" TO WHAT-FAILED
                   PERFORM RESTART-FAILED
               WHEN NOT HEAD-IS-OURS
               WHEN HEAD-DONE NOT NUMERIC
               WHEN HEAD-REFUSED NOT NUMERIC
                   PERFORM RESTART-IS-STRANGE
           END-EVALUATE
           MOVE HEAD-DONE TO DONE-BEFORE.

      *> A run that was killed while it wrote its head has left no more
      *> than 8 bytes, or this program's name behind them.
       LOOK-AT-START.
           CLOSE RESTART
           MOVE SPACES TO RESTART-EIGHT
           OPEN INPUT RESTART-BYTES
           READ RESTART-BYTES
           READ RESTART-BYTES
               NOT AT END
                   MOVE RESTART-EIGHT TO HEAD-NAME
                   IF NOT HEAD-IS-OURS
                       PERFORM RESTART-IS-STRANGE
                   END-IF
           END-READ
           CLOSE RESTART-BYTES
           OPEN I-O RESTART.

       RESTART-IS-STRANGE.
           MOVE 0 TO HEAD-DONE
           MOVE "RESTART is not this program's" TO WHAT-FAILED
           PERFORM MEND.

       START-RESTART.
           SET HEAD-IS-OURS TO TRUE
           MOVE 0 TO HEAD-DONE HEAD-REFUSED
           PERFORM WRITE-RESTART-HEAD.

       NEXT-KEY.
           READ KEYS
               AT END
                   MOVE "Y" TO END-OF-KEYS
               NOT AT END
                   ADD 1 TO KEY-NUMBER
           END-READ
           IF KEYS-STATUS(1:1) NOT = "0" AND NOT = "1"
               MOVE "KEYS cannot be read" TO WHAT-FAILED
               PERFORM KEYS-FAILED
           END-IF
      *>   Of a file that comes from Windows.
           INSPECT KEYS-RECORD REPLACING ALL X"0D" BY SPACE.

      *> That it is answered says RESTART; that it is the same key, too.
       CHECK-KEY.
           PERFORM READ-REPLY
           IF REPLY-KEY NOT = KEYS-RECORD(1:64)
               MOVE "KEYS has another key here than RESTART"
                   TO WHAT-FAILED
               PERFORM MEND
           END-IF.

       ANSWER-KEY.
           MOVE KEYS-RECORD(1:64) TO REPLY-KEY
           MOVE 0 TO REPLY-STATUS
           CALL "http_escape" USING
               BY REFERENCE REPLY-KEY
               BY VALUE LENGTH OF REPLY-KEY
               BY REFERENCE ESCAPED
               BY VALUE LENGTH OF ESCAPED
               RETURNING ESCAPED-LENGTH
           END-CALL
           EVALUATE TRUE
               WHEN ESCAPED-LENGTH = 0
                   MOVE "no key" TO REPLY-TEXT
               WHEN KEYS-RECORD(65:) NOT = SPACES
                   MOVE "the key is longer than 64 bytes"
                       TO REPLY-TEXT
               WHEN OTHER
                   MOVE SPACES TO OAUTH-URL
                   STRING FUNCTION TRIM(API-URL)
                       ESCAPED(1:ESCAPED-LENGTH)
                       DELIMITED BY SIZE INTO OAUTH-URL
                   PERFORM ASK-API
                   PERFORM TAKE-ANSWER
           END-EVALUATE
           PERFORM KEEP-REPLY.

       ASK-API.
           MOVE 401 TO API-STATUS
           PERFORM VARYING ATTEMPT FROM 1 BY 1
               UNTIL ATTEMPT > 2 OR API-STATUS NOT = 401
               PERFORM GET-HEADER
               CALL "http_send" USING
                   BY CONTENT "GET"
                   BY VALUE 3
                   BY REFERENCE OAUTH-URL
                   BY VALUE LENGTH OF OAUTH-URL
                   BY REFERENCE OAUTH-HEADER
                   BY VALUE OAUTH-RC
                   BY CONTENT SPACE
                   BY VALUE 0
                   BY REFERENCE ANSWER-HEADERS
                   BY VALUE LENGTH OF ANSWER-HEADERS
                   BY REFERENCE OAUTH-HEADERS-LENGTH
                   BY REFERENCE ANSWER
                   BY VALUE LENGTH OF ANSWER
                   BY REFERENCE OAUTH-BODY-LENGTH
                   RETURNING API-STATUS
               END-CALL
               IF API-STATUS = 401
      *>           So that the next header is another one.
                   CALL "oauth_token_rejected" USING
                       BY VALUE OAUTH-CLIENT
                       RETURNING OAUTH-RC
                   END-CALL
               END-IF
           END-PERFORM.

      *> From memory or the store, refreshed if it is about to expire.
      *> OAUTH-RC is the header's length.
       GET-HEADER.
           PERFORM ASK-FOR-HEADER
           IF OAUTH-RC = OAUTH-HTTP-NEEDED
               PERFORM CARRY
               IF OAUTH-RC >= 0
                   PERFORM ASK-FOR-HEADER
               END-IF
           END-IF
           IF OAUTH-RC < 0
               MOVE "no access token" TO WHAT-FAILED
               PERFORM OAUTH-FAILED
           END-IF.

       ASK-FOR-HEADER.
           CALL "oauth_bearer_header" USING
               BY VALUE OAUTH-CLIENT
               BY REFERENCE OAUTH-HEADER
               BY VALUE LENGTH OF OAUTH-HEADER
               RETURNING OAUTH-RC
           END-CALL.

      *> What the API's answer means for the job.
       TAKE-ANSWER.
           MOVE SPACES TO REPLY-TEXT
           IF OAUTH-BODY-LENGTH > 0
               MOVE ANSWER(1:OAUTH-BODY-LENGTH) TO REPLY-TEXT
           END-IF
           INSPECT REPLY-TEXT CONVERTING CONTROL-BYTES TO SPACES
           MOVE API-STATUS TO REPLY-STATUS SHOWN-STATUS
           MOVE REPLY-TEXT TO WHY
           STRING "the API answers " SHOWN-STATUS DELIMITED BY SIZE
               INTO WHAT-FAILED
           EVALUATE TRUE
               WHEN API-STATUS = 0
                   MOVE "the API cannot be reached" TO WHAT-FAILED
                   PERFORM TRY-LATER
               WHEN API-STATUS = 408 OR 425 OR 429
               WHEN API-STATUS >= 500
                   PERFORM TRY-LATER
      *>       A new token did not help; another place is not this API.
               WHEN API-STATUS = 401
               WHEN API-STATUS < 200
               WHEN API-STATUS >= 300 AND < 400
                   PERFORM MEND
               WHEN OAUTH-BODY-LENGTH > LENGTH OF REPLY-TEXT
                   MOVE "the API's answer is too long for REPLY-TEXT"
                       TO WHAT-FAILED
                   PERFORM MEND
           END-EVALUATE
           MOVE SPACES TO WHAT-FAILED WHY.

      *> The answer first, and then that it is there. A record that a
      *> killed run has left behind the last one that counts is written
      *> again.
       KEEP-REPLY.
           COMPUTE RESTART-NUMBER = KEY-NUMBER + 1
           WRITE RESTART-RECORD FROM REPLY
           IF RESTART-STATUS = "22"
               REWRITE RESTART-RECORD FROM REPLY
           END-IF
           PERFORM CHECK-RESTART-WRITTEN
           MOVE KEY-NUMBER TO HEAD-DONE
           IF REPLY-STATUS < 200 OR REPLY-STATUS > 299
               ADD 1 TO HEAD-REFUSED
           END-IF
           MOVE 1 TO RESTART-NUMBER
           PERFORM WRITE-RESTART-HEAD.

       WRITE-RESTART-HEAD.
           WRITE RESTART-RECORD FROM HEAD
           IF RESTART-STATUS = "22"
               REWRITE RESTART-RECORD FROM HEAD
           END-IF
           PERFORM CHECK-RESTART-WRITTEN.

       CHECK-RESTART-WRITTEN.
           IF RESTART-STATUS NOT = "00"
               MOVE "RESTART cannot be written" TO WHAT-FAILED
               PERFORM RESTART-FAILED
           END-IF.

       READ-REPLY.
           COMPUTE RESTART-NUMBER = KEY-NUMBER + 1
           READ RESTART INTO REPLY
           IF RESTART-STATUS NOT = "00"
               MOVE "RESTART cannot be read" TO WHAT-FAILED
               PERFORM RESTART-FAILED
           END-IF.

      *> Each run does that anew, so one that was killed here has lost
      *> nothing.
       WRITE-ANSWERS.
           IF KEY-NUMBER < HEAD-DONE
               MOVE "KEYS has fewer keys than RESTART" TO WHAT-FAILED
               PERFORM MEND
           END-IF
           OPEN OUTPUT ANSWERS
           PERFORM CHECK-ANSWERS
           PERFORM VARYING KEY-NUMBER FROM 1 BY 1
               UNTIL KEY-NUMBER > HEAD-DONE
               PERFORM READ-REPLY
               WRITE ANSWERS-RECORD FROM REPLY
               PERFORM CHECK-ANSWERS
           END-PERFORM
           CLOSE ANSWERS
           PERFORM CHECK-ANSWERS.

       CHECK-ANSWERS.
           IF ANSWERS-STATUS NOT = "00"
               MOVE "ANSWERS cannot be written" TO WHAT-FAILED
               STRING "file status " ANSWERS-STATUS DELIMITED BY SIZE
                   INTO WHY
               PERFORM MEND
           END-IF.

      *> Sends the requests that an operation of liboauth's needs, after
      *> any call that has answered OAUTH-HTTP-NEEDED. OAUTH-RC becomes
      *> what the operation answers in the end.
       CARRY.
           PERFORM UNTIL OAUTH-RC NOT = OAUTH-HTTP-NEEDED
               PERFORM READ-REQUEST
               IF OAUTH-RC >= 0
                   PERFORM SEND-REQUEST
               END-IF
           END-PERFORM
           MOVE SPACES TO REQUEST-HEADERS REQUEST-CONTENT.

       READ-REQUEST.
           CALL "oauth_http_request" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-REQUEST-METHOD
               BY REFERENCE REQUEST-METHOD
               BY VALUE LENGTH OF REQUEST-METHOD
               RETURNING OAUTH-RC
           END-CALL
           MOVE OAUTH-RC TO REQUEST-METHOD-LENGTH
           IF OAUTH-RC >= 0
               CALL "oauth_http_request" USING
                   BY VALUE OAUTH-CLIENT
                   BY VALUE OAUTH-REQUEST-URL
                   BY REFERENCE REQUEST-URL
                   BY VALUE LENGTH OF REQUEST-URL
                   RETURNING OAUTH-RC
               END-CALL
               MOVE OAUTH-RC TO REQUEST-URL-LENGTH
           END-IF
           IF OAUTH-RC >= 0
               CALL "oauth_http_request" USING
                   BY VALUE OAUTH-CLIENT
                   BY VALUE OAUTH-REQUEST-HEADERS
                   BY REFERENCE REQUEST-HEADERS
                   BY VALUE LENGTH OF REQUEST-HEADERS
                   RETURNING OAUTH-RC
               END-CALL
               MOVE OAUTH-RC TO REQUEST-HEADERS-LENGTH
           END-IF
           IF OAUTH-RC >= 0
               CALL "oauth_http_request" USING
                   BY VALUE OAUTH-CLIENT
                   BY VALUE OAUTH-REQUEST-CONTENT
                   BY REFERENCE REQUEST-CONTENT
                   BY VALUE LENGTH OF REQUEST-CONTENT
                   RETURNING OAUTH-RC
               END-CALL
               MOVE OAUTH-RC TO REQUEST-CONTENT-LENGTH
           END-IF.

      *> Whatever the status is: liboauth reads refusals, too. 0 stands
      *> for no answer.
       SEND-REQUEST.
           CALL "http_send" USING
               BY REFERENCE REQUEST-METHOD
               BY VALUE REQUEST-METHOD-LENGTH
               BY REFERENCE REQUEST-URL
               BY VALUE REQUEST-URL-LENGTH
               BY REFERENCE REQUEST-HEADERS
               BY VALUE REQUEST-HEADERS-LENGTH
               BY REFERENCE REQUEST-CONTENT
               BY VALUE REQUEST-CONTENT-LENGTH
               BY REFERENCE ANSWER-HEADERS
               BY VALUE LENGTH OF ANSWER-HEADERS
               BY REFERENCE OAUTH-HEADERS-LENGTH
               BY REFERENCE ANSWER
               BY VALUE LENGTH OF ANSWER
               BY REFERENCE OAUTH-BODY-LENGTH
               RETURNING OAUTH-STATUS
           END-CALL
           IF OAUTH-STATUS = 0
               DISPLAY "batch: no answer: "
                   ANSWER(1:OAUTH-BODY-LENGTH) UPON SYSERR
           END-IF
           CALL "oauth_http_response" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-STATUS
               BY REFERENCE ANSWER-HEADERS
               BY VALUE OAUTH-HEADERS-LENGTH
               BY REFERENCE ANSWER
               BY VALUE OAUTH-BODY-LENGTH
               RETURNING OAUTH-RC
           END-CALL
      *>   It may have been a token's.
           MOVE SPACES TO ANSWER.

      *> Before any other call of liboauth: the error is the last one.
       OAUTH-FAILED.
           MOVE SPACES TO WHY
           CALL "oauth_error_text" USING
               BY REFERENCE OAUTH-ERROR-TEXT
               BY VALUE LENGTH OF OAUTH-ERROR-TEXT
               RETURNING OAUTH-RC
           END-CALL
           IF OAUTH-RC > 0
               MOVE OAUTH-ERROR-TEXT(1:OAUTH-RC) TO WHY
           END-IF
           CALL "oauth_error_action" RETURNING OAUTH-RC END-CALL
           EVALUATE OAUTH-RC
               WHEN OAUTH-ACTION-RETRY
                   PERFORM TRY-LATER
               WHEN OAUTH-ACTION-SIGN-IN
                   PERFORM SIGN-IN
               WHEN OTHER
                   PERFORM MEND
           END-EVALUATE.

       KEYS-FAILED.
           STRING "file status " KEYS-STATUS DELIMITED BY SIZE INTO WHY
           PERFORM MEND.

       RESTART-FAILED.
           STRING "file status " RESTART-STATUS DELIMITED BY SIZE
               INTO WHY
           PERFORM MEND.

       TRY-LATER.
           MOVE 8 TO JOB-CODE
           PERFORM SAY-WHY
           DISPLAY "What to do: start it again later." UPON SYSERR
           PERFORM END-JOB.

       SIGN-IN.
           MOVE 12 TO JOB-CODE
           PERFORM SAY-WHY
           DISPLAY "What to do: sign in, then start it again."
               UPON SYSERR
           PERFORM END-JOB.

       MEND.
           MOVE 16 TO JOB-CODE
           PERFORM SAY-WHY
           DISPLAY "What to do: mend that, then start it again."
               UPON SYSERR
           PERFORM END-JOB.

       SAY-WHY.
           MOVE KEY-NUMBER TO SHOWN-NUMBER
           DISPLAY "batch: record " FUNCTION TRIM(SHOWN-NUMBER) ": "
               FUNCTION TRIM(WHAT-FAILED) WITH NO ADVANCING UPON SYSERR
           IF WHY NOT = SPACES
               DISPLAY ": " FUNCTION TRIM(WHY) WITH NO ADVANCING
                   UPON SYSERR
           END-IF
           DISPLAY "." UPON SYSERR.

       END-JOB.
           MOVE HEAD-DONE TO SHOWN-NUMBER
           DISPLAY FUNCTION TRIM(SHOWN-NUMBER) " records are answered, "
               WITH NO ADVANCING
           SUBTRACT DONE-BEFORE FROM HEAD-DONE GIVING SHOWN-NUMBER
           DISPLAY FUNCTION TRIM(SHOWN-NUMBER) " of them by this run."
           CLOSE RESTART KEYS
           MOVE SPACES TO OAUTH-HEADER
           CALL "oauth_client_close" USING
               BY VALUE OAUTH-CLIENT
               RETURNING OAUTH-RC
           END-CALL
           MOVE JOB-CODE TO RETURN-CODE
           STOP RUN.
