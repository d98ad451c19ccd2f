      *> OAUTHWS.cpy - liboauth 0.1.0 for COBOL: working fields.
      *>
      *> BINARY-LONG is C's int32_t on every platform. The sizes are
      *> plenty for most servers: a text that does not fit is
      *> OAUTH-ERROR-BUFFER, and nothing is lost.
      *>
      *> Made by "cargo run -p liboauth-bindings" from src/ffi.

      *> What a function returned.
       01  OAUTH-RC                       BINARY-LONG SIGNED VALUE 0.

      *> What the functions take; OAUTH-CLIENT is 0 while no client is
      *> open, and -LENGTH has the length of a text whose every byte
      *> counts.
       01  OAUTH-PROFILE-NAME             PIC X(256) VALUE SPACES.
       01  OAUTH-CLIENT                   BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-PROPERTY                 BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-TEXT                     PIC X(4096) VALUE SPACES.
       01  OAUTH-BUFFER                   PIC X(4096) VALUE SPACES.
       01  OAUTH-URL                      PIC X(8192) VALUE SPACES.
       01  OAUTH-CODE                     PIC X(8192) VALUE SPACES.
       01  OAUTH-HEADER                   PIC X(16384) VALUE SPACES.
       01  OAUTH-TOKEN                    PIC X(16384) VALUE SPACES.
       01  OAUTH-PAGE                     BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-ACCOUNT-LIST             PIC X(65536) VALUE SPACES.
       01  OAUTH-EXPECTED                 BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-RECORD                   PIC X(196608) VALUE SPACES.
       01  OAUTH-PART                     BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-REQUEST-TEXT             PIC X(65536) VALUE SPACES.
       01  OAUTH-STATUS                   BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-HEADERS                  PIC X(32768) VALUE SPACES.
       01  OAUTH-HEADERS-LENGTH           BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-BODY                     PIC X(32768) VALUE SPACES.
       01  OAUTH-BODY-LENGTH              BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-ERROR-TEXT               PIC X(512) VALUE SPACES.
       01  OAUTH-VERSION                  PIC X(32) VALUE SPACES.
       01  OAUTH-GRANT-NAME               PIC X(128) VALUE SPACES.
       01  OAUTH-SOURCE                   BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-NAME                     PIC X(4096) VALUE SPACES.
       01  OAUTH-FIELD-TEXT               PIC X(65536) VALUE SPACES.
       01  OAUTH-METHOD                   PIC X(4096) VALUE SPACES.
       01  OAUTH-METHOD-LENGTH            BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-URL-LENGTH               BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-SECONDS                  BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-MECHANISM                BINARY-LONG SIGNED VALUE 0.
       01  OAUTH-RESPONSE                 PIC X(24576) VALUE SPACES.
