      * OAUTHIWS.cpy - liboauth 0.1.0 for COBOL compilers without
      * level 78: working fields.
      *
      * COMP-5 is C's int32_t there. (BINARY would be, too, with
      * TRUNC(BIN) or NOSTDTRUNC; COMP is packed decimal in ILE COBOL.)
      * The sizes are plenty for most servers: a text that does not fit
      * is OAUTH-ERROR-BUFFER, and nothing is lost.
      *
      * Made by "cargo run -p liboauth-bindings" from src/ffi.

      * What a function returned.
       01  OAUTH-RC                       PIC S9(9) COMP-5 VALUE 0.

      * What the functions take; OAUTH-CLIENT is 0 while no client is
      * open, and -LENGTH has the length of a text whose every byte
      * counts.
       01  OAUTH-PROFILE-NAME             PIC X(256) VALUE SPACES.
       01  OAUTH-CLIENT                   PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-PROPERTY                 PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-TEXT                     PIC X(4096) VALUE SPACES.
       01  OAUTH-BUFFER                   PIC X(4096) VALUE SPACES.
       01  OAUTH-URL                      PIC X(8192) VALUE SPACES.
       01  OAUTH-CODE                     PIC X(8192) VALUE SPACES.
       01  OAUTH-HEADER                   PIC X(16384) VALUE SPACES.
       01  OAUTH-TOKEN                    PIC X(16384) VALUE SPACES.
       01  OAUTH-PAGE                     PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-ACCOUNT-LIST             PIC X(65536) VALUE SPACES.
       01  OAUTH-EXPECTED                 PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-RECORD                   PIC X(196608) VALUE SPACES.
       01  OAUTH-PART                     PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-REQUEST-TEXT             PIC X(65536) VALUE SPACES.
       01  OAUTH-STATUS                   PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-HEADERS                  PIC X(32768) VALUE SPACES.
       01  OAUTH-HEADERS-LENGTH           PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-BODY                     PIC X(32768) VALUE SPACES.
       01  OAUTH-BODY-LENGTH              PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-ERROR-TEXT               PIC X(512) VALUE SPACES.
       01  OAUTH-VERSION                  PIC X(32) VALUE SPACES.
       01  OAUTH-GRANT-NAME               PIC X(128) VALUE SPACES.
       01  OAUTH-SOURCE                   PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-NAME                     PIC X(4096) VALUE SPACES.
       01  OAUTH-FIELD-TEXT               PIC X(65536) VALUE SPACES.
       01  OAUTH-METHOD                   PIC X(4096) VALUE SPACES.
       01  OAUTH-METHOD-LENGTH            PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-URL-LENGTH               PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-SECONDS                  PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-MECHANISM                PIC S9(9) COMP-5 VALUE 0.
       01  OAUTH-RESPONSE                 PIC X(24576) VALUE SPACES.
