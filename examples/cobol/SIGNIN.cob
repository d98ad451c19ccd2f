       >>SOURCE FORMAT IS FREE
*> SIGNIN.cob - signs in, calls an API, refreshes the token, and calls the API again.
*>
*>     signin PROFILE API_URL
*>
*> PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. With a
*> store in the profile, such as store = "file:/home/me/tokens", the next run asks nobody to sign in.
*>
*> liboauth sends its own requests. The call of the API is yours to send, and COBOL itself has no HTTP:
*> the subprogram http_get of httpget.c stands for what your shop has. The token goes to it in storage,
*> neither on a command line nor in a file, where others could read it.
*>
*>     cobc -x -fstatic-call -I <where OAUTH.cpy is> SIGNIN.cob httpget.c -loauth -lcurl
identification division.
program-id. SIGNIN.

data division.
working-storage section.
copy OAUTH.
copy OAUTHWS.
01  api-url                 pic x(2048).
01  api-answer              pic x(65536).
01  api-status              binary-long signed.
01  shown-status            pic 999.
01  attempt                 binary-long.
01  what-failed             pic x(40).

procedure division.
main-line.
    accept oauth-profile-name from argument-value
    accept api-url from argument-value
    if api-url = spaces
        display "usage: signin PROFILE API_URL" upon syserr
        perform give-up
    end-if
    call "oauth_client_open" using
        by reference oauth-profile-name
        by value length of oauth-profile-name
        returning oauth-client
    end-call
    if oauth-client < 0
        move "the profile cannot be used" to what-failed
        perform failed
    end-if
    perform call-api
    perform refresh
    perform call-api
    call "oauth_client_close" using by value oauth-client returning oauth-rc end-call
    move 0 to return-code
    stop run.

call-api.
    move 401 to api-status
    perform varying attempt from 1 by 1 until attempt > 2 or api-status not = 401
        perform get-header
        call "http_get" using
            by reference api-url
            by value length of api-url
            by reference oauth-header
            by value oauth-rc
            by reference api-answer
            by value length of api-answer
            returning api-status
        end-call
        if api-status = 401
            *> So that the next header is another one.
            call "oauth_token_rejected" using by value oauth-client returning oauth-rc end-call
        end-if
    end-perform
    evaluate true
        when api-status >= 200 and api-status <= 299
            display "The API answers: " function trim(api-answer)
        when api-status > 0
            move api-status to shown-status
            display "signin: the API answers " shown-status ": " function trim(api-answer) upon syserr
            perform give-up
        when other
            display "signin: the API cannot be reached: " function trim(api-answer) upon syserr
            perform give-up
    end-evaluate.

*> From memory or the store, refreshed if it is about to expire. OAUTH-RC is the header's length.
get-header.
    perform ask-for-header
    if oauth-rc = oauth-error-sign-in
        *> What a person alone can mend.
        perform sign-in
        perform ask-for-header
    end-if
    if oauth-rc < 0
        move "no access token" to what-failed
        perform failed
    end-if.

ask-for-header.
    call "oauth_bearer_header" using
        by value oauth-client
        by reference oauth-header
        by value length of oauth-header
        returning oauth-rc
    end-call.

*> Sends the person to the browser, and exchanges what comes back for tokens.
sign-in.
    call "oauth_build_authorize_url" using
        by value oauth-client
        by reference oauth-url
        by value length of oauth-url
        returning oauth-rc
    end-call
    if oauth-rc < 0
        move "no address to sign in at" to what-failed
        perform failed
    end-if
    display "Open this address in a browser and sign in:"
    display " "
    display oauth-url(1:oauth-rc)
    display " "
    display "Then paste the address that the browser ends at, or the code that the page shows:"
    move spaces to oauth-code
    accept oauth-code
    call "oauth_exchange_code" using
        by value oauth-client
        by reference oauth-code
        by value length of oauth-code
        returning oauth-rc
    end-call
    if oauth-rc < 0
        move "not signed in" to what-failed
        perform failed
    end-if
    display "Signed in.".

*> There is seldom a need for it: oauth_bearer_header refreshes by itself.
refresh.
    call "oauth_get" using
        by value oauth-client
        by value oauth-refresh-token
        by reference oauth-token
        by value length of oauth-token
        returning oauth-rc
    end-call
    if oauth-rc = 0
        display "No refresh token came with this access token: it is used as long as it is good."
    else
        call "oauth_refresh" using by value oauth-client returning oauth-rc end-call
        evaluate true
            when oauth-rc = oauth-error-sign-in
                perform sign-in
            when oauth-rc < 0
                move "not refreshed" to what-failed
                perform failed
            when other
                display "Refreshed."
        end-evaluate
    end-if.

*> Says what went wrong and what to do about it, before any other call of liboauth, and ends.
failed.
    call "oauth_error_text" using
        by reference oauth-error-text
        by value length of oauth-error-text
        returning oauth-rc
    end-call
    display "signin: " function trim(what-failed) ": " oauth-error-text(1:oauth-rc) upon syserr
    call "oauth_error_action" returning oauth-rc end-call
    evaluate oauth-rc
        when oauth-action-retry
            display "What to do: try again later." upon syserr
        when oauth-action-sign-in
            display "What to do: start again, and sign in." upon syserr
        when oauth-action-fix
            display "What to do: mend the configuration; trying again will not help." upon syserr
    end-evaluate
    perform give-up.

give-up.
    if oauth-client > 0
        call "oauth_client_close" using by value oauth-client returning oauth-rc end-call
    end-if
    move 1 to return-code
    stop run.
