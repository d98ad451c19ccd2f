# The mistakes of ../c/mistakes.c by the package liboauth, which is in the folder that is given.
source [file join [lindex $argv 0] liboauth.tcl]
fconfigure stdout -encoding utf-8

set WORDS "L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c [encoding convertfrom utf-8 "\xf0\x9f\x94\x91"]"

proc came_back {name text} {
    puts "$name 0 0 $text"
}

proc fails {name command} {
    try {
        uplevel #0 $command
        puts "$name did not fail"
    } trap {OAUTH} {text options} {
        lassign [dict get $options -errorcode] - code action
        puts "$name $code $action $text"
    }
}

proc scope {client text} {
    $client set $liboauth::OAUTH_SCOPE $text
    return [$client get $liboauth::OAUTH_SCOPE]
}

# The program's own HTTP: answers are bytes, or characters that become UTF-8.
proc own_http {} {
    global client WORDS
    set type "Content-Type: application/json\r\n"
    set url https://api.example/me
    set client [liboauth::client new]
    $client set $liboauth::OAUTH_HTTP caller
    $client set $liboauth::OAUTH_TOKEN_ENDPOINT https://tokens.example/token
    $client set $liboauth::OAUTH_CLIENT_ID "a client"
    $client set $liboauth::OAUTH_CLIENT_AUTH none
    fails needed {$client request_token client_credentials}
    came_back method [$client http_request $liboauth::OAUTH_REQUEST_METHOD]
    came_back url [$client http_request $liboauth::OAUTH_REQUEST_URL]
    came_back content [$client http_request $liboauth::OAUTH_REQUEST_CONTENT]
    fails bytes [list $client http_response 200 $type "{\"access_token\":\"t\0w\xff\"}"]
    catch {$client request_token client_credentials}
    set json "{\"access_token\":\"one\",\"expires_in\":3600,\"who\":{\"name\":\"$WORDS\"}}"
    came_back taken [$client http_response 200 $type $json]
    came_back token [$client access_token]
    came_back member [$client field $liboauth::OAUTH_FIELD_TOKEN who.name]
    fails no_member {$client field $liboauth::OAUTH_FIELD_TOKEN who.else}
    came_back headers [lindex [split [$client request_headers GET $url] \r] 0]
    came_back again [$client api_response $url 401 ""]
    fails rejected {$client bearer_header}
    fails busy {$client http_response 503 "Retry-After: 7\r\n" ""}
    came_back retry_after [$client get $liboauth::OAUTH_RETRY_AFTER]
}

if {$argc == 2} {
    own_http
    exit
}
set client [liboauth::client new]
set closed [liboauth::client new]
set stale [$closed handle]
$closed close
fails stale {liboauth::c::oauth_refresh $stale}
fails closed {$closed refresh}
$client set $liboauth::OAUTH_CLIENT_ID "a client"
fails short_buffer {liboauth::c::oauth_get [$client handle] $liboauth::OAUTH_CLIENT_ID 4}
set large [string repeat x 100000]
came_back grown [expr {[scope $client $large] eq $large ? [string length $large] : "another text"}]
fails unknown_profile {liboauth::client new no-such-profile}
fails no_code {$client exchange_code ""}
fails wrong_code {$client exchange_code not-a-code}
fails value {$client set $liboauth::OAUTH_PKCE sometimes}
fails property {$client set 99999 x}
fails length {liboauth::c::oauth_set [$client handle] $liboauth::OAUTH_SCOPE x -7}
# A surrogate alone is no character.
fails not_utf_8 {$client set $liboauth::OAUTH_SCOPE "\ud800x"}
came_back utf_8 [scope $client $WORDS]
fails utf_8_in_error {liboauth::client new $WORDS}
came_back blanks "\[[scope $client " read "]\]"
liboauth::c::oauth_set [$client handle] $liboauth::OAUTH_SCOPE "read        " 12
came_back padded "\[[$client get $liboauth::OAUTH_SCOPE]\]"
came_back empty "\[[scope $client ""]\]"

# What is Tcl's alone: a NUL, which it has as two bytes inside, is refused, as is a length that goes beyond its text; a
# client is no value; one that is destroyed is closed; and no command leaves anything of itself where it is called wrongly.
foreach {what command} {
    "a NUL in a text" {$client set $liboauth::OAUTH_SCOPE "read\0write"}
    "a length beyond its text" {liboauth::c::oauth_set [$client handle] $liboauth::OAUTH_SCOPE x 2}
    "a copy" {oo::copy $client}
    "too few arguments" {liboauth::c::oauth_set [$client handle] $liboauth::OAUTH_SCOPE x}
    "too many arguments" {liboauth::c::oauth_get [$client handle] $liboauth::OAUTH_SCOPE 64 64}
    "a number of letters" {$client set scope x}
    "two profiles" {liboauth::client new one two}
    "a capacity below 0" {liboauth::c::oauth_get [$client handle] $liboauth::OAUTH_SCOPE -5}
} {
    if {![catch $command]} {
        puts "$what went by"
    }
}
set other [liboauth::client new]
set gone [$other handle]
$other destroy
if {![catch {liboauth::c::oauth_stop_waiting $gone}]} {
    puts "a client that is destroyed is not closed"
}
if {[liboauth::c::oauth_get [$client handle] $liboauth::OAUTH_CLIENT_ID 0] != 8} {
    puts "a capacity of 0 does not ask for the length"
}
if {![string match *.* [liboauth::version]]} {
    puts "no version"
}
$client close
$client close
