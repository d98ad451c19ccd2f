      *> What a COBOL program does wrong, and what each call answers:
      *> a line each, the code and the sentence. See mistakes.py.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. MISTAKES.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY OAUTH.
       COPY OAUTHWS.
      *> A field that is written beyond shows in its neighbours.
       01  FIELDS.
           05  FENCE-BEFORE        PIC X(16) VALUE ALL "#".
           05  SHORT-FIELD         PIC X(3) VALUE "old".
           05  FENCE-BEHIND        PIC X(16) VALUE ALL "#".
       01  HUGE-FIELD              PIC X(16777216).
       01  UNSET-FIELD             PIC X(20).
       01  NO-VALUE                BINARY-LONG.
       01  STALE-CLIENT            BINARY-LONG.
       01  OPEN-CLIENT             BINARY-LONG.
       01  SHOWN-CODE              PIC -(9)9.

       PROCEDURE DIVISION.
       MAIN-LINE.
           CALL "oauth_client_new" RETURNING STALE-CLIENT END-CALL
           CALL "oauth_client_close" USING
               BY VALUE STALE-CLIENT
               RETURNING OAUTH-RC
           END-CALL
           CALL "oauth_client_new" RETURNING OPEN-CLIENT END-CALL

           MOVE STALE-CLIENT TO OAUTH-CLIENT
           PERFORM SET-TEXT
           MOVE 0 TO OAUTH-CLIENT
           PERFORM SET-TEXT
           MOVE -1 TO OAUTH-CLIENT
           PERFORM SET-TEXT
           MOVE OPEN-CLIENT TO OAUTH-CLIENT

      *>   Fields in, of a text, of blanks, of nothing, of too much.
           MOVE "blank padded" TO OAUTH-TEXT
           PERFORM SET-TEXT
           PERFORM GET-SHORT
           PERFORM GET-TEXT
           MOVE SPACES TO OAUTH-TEXT
           PERFORM SET-TEXT
           PERFORM GET-TEXT
           MOVE LOW-VALUES TO OAUTH-TEXT
           PERFORM SET-TEXT
           PERFORM GET-TEXT
           MOVE HIGH-VALUES TO OAUTH-TEXT
           PERFORM SET-TEXT
           MOVE ALL "x" TO HUGE-FIELD
           PERFORM SET-HUGE
           MOVE SPACES TO HUGE-FIELD
           MOVE "short" TO HUGE-FIELD
           PERFORM SET-HUGE
           PERFORM GET-TEXT
           CALL "oauth_set" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-SCOPE
               BY REFERENCE UNSET-FIELD
               BY VALUE LENGTH OF UNSET-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_client_open" USING
               BY REFERENCE UNSET-FIELD
               BY VALUE LENGTH OF UNSET-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_exchange_code" USING
               BY VALUE OAUTH-CLIENT
               BY REFERENCE UNSET-FIELD
               BY VALUE LENGTH OF UNSET-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY

      *>   A field out of 16 MB, and one that is not there.
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-AUTH
               BY REFERENCE HUGE-FIELD
               BY VALUE LENGTH OF HUGE-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE OMITTED
               BY VALUE 20
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_set" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE OMITTED
               BY VALUE 20
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_set" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE OAUTH-TEXT
               BY VALUE -2
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           MOVE "last" TO OAUTH-TEXT
           PERFORM SET-TEXT
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE NO-VALUE
               BY REFERENCE OAUTH-BUFFER
               BY VALUE LENGTH OF OAUTH-BUFFER
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE SHORT-FIELD
               BY VALUE 1
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_bearer_header" USING
               BY VALUE OAUTH-CLIENT
               BY REFERENCE SHORT-FIELD
               BY VALUE LENGTH OF SHORT-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY
           CALL "oauth_error_text" USING
               BY REFERENCE SHORT-FIELD
               BY VALUE LENGTH OF SHORT-FIELD
               RETURNING OAUTH-RC
           END-CALL
           MOVE OAUTH-RC TO SHOWN-CODE
           DISPLAY FUNCTION TRIM(SHOWN-CODE)
           DISPLAY FENCE-BEFORE FENCE-BEHIND
           CALL "oauth_client_close" USING
               BY VALUE OAUTH-CLIENT
               RETURNING OAUTH-RC
           END-CALL
           MOVE 0 TO RETURN-CODE
           STOP RUN.

       SET-TEXT.
           CALL "oauth_set" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE OAUTH-TEXT
               BY VALUE LENGTH OF OAUTH-TEXT
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY.

       SET-HUGE.
           CALL "oauth_set" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE HUGE-FIELD
               BY VALUE LENGTH OF HUGE-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY.

       GET-TEXT.
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE OAUTH-BUFFER
               BY VALUE LENGTH OF OAUTH-BUFFER
               RETURNING OAUTH-RC
           END-CALL
           IF OAUTH-RC > 0
               DISPLAY "[" OAUTH-BUFFER(1:OAUTH-RC) "]"
           ELSE
               PERFORM SAY
           END-IF.

       GET-SHORT.
           CALL "oauth_get" USING
               BY VALUE OAUTH-CLIENT
               BY VALUE OAUTH-CLIENT-ID
               BY REFERENCE SHORT-FIELD
               BY VALUE LENGTH OF SHORT-FIELD
               RETURNING OAUTH-RC
           END-CALL
           PERFORM SAY.

       SAY.
           MOVE OAUTH-RC TO SHOWN-CODE
           CALL "oauth_error_text" USING
               BY REFERENCE OAUTH-ERROR-TEXT
               BY VALUE LENGTH OF OAUTH-ERROR-TEXT
               RETURNING OAUTH-RC
           END-CALL
           DISPLAY FUNCTION TRIM(SHOWN-CODE) WITH NO ADVANCING
           IF OAUTH-RC > 0
               DISPLAY " " OAUTH-ERROR-TEXT(1:OAUTH-RC)
                   WITH NO ADVANCING
           END-IF
           DISPLAY " ".
