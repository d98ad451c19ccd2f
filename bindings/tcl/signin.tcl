# signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints the address to
# open in a browser, and reads the one that the browser ends at.
source [file join [file dirname [info script]] liboauth.tcl]

# Whatever the locale is: paths and texts are UTF-8.
foreach channel {stdin stdout stderr} {
    fconfigure $channel -encoding utf-8
}

set what_to_do [dict create \
    $liboauth::OAUTH_ACTION_NONE {send the request that waits: the profile has http = "caller".} \
    $liboauth::OAUTH_ACTION_RETRY {try again later.} \
    $liboauth::OAUTH_ACTION_SIGN_IN {start again, and sign in.} \
    $liboauth::OAUTH_ACTION_FIX {mend the configuration; trying again will not help.}]

# Sends the person to the browser, and exchanges what comes back for tokens.
proc sign_in {client} {
    puts [$client build_authorize_url]
    flush stdout
    $client exchange_code [gets stdin]
}

# From memory or the store, refreshed if it is about to expire; or else a person signs in.
proc header {client} {
    try {
        return [$client bearer_header]
    } trap {OAUTH} {text options} {
        if {[lindex [dict get $options -errorcode] 2] != $liboauth::OAUTH_ACTION_SIGN_IN} {
            return -options $options $text
        }
    }
    sign_in $client
    return [$client bearer_header]
}

if {$argc != 1} {
    puts stderr "usage: signin PROFILE"
    exit 1
}
# Tcl has read the argument by the locale.
set profile [encoding convertfrom utf-8 [encoding convertto [encoding system] [lindex $argv 0]]]
try {
    set client [liboauth::client new $profile]
    puts [header $client]
    $client destroy
} trap {OAUTH} {text options} {
    lassign [dict get $options -errorcode] - code action
    puts stderr "error $code: $text\nWhat to do: [dict get $what_to_do $action]"
    exit 1
}
