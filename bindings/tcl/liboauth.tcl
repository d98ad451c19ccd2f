# OAuth 2.0 for programs that already have their HTTP code: a fresh `Authorization` header from one call.
#
#     package require liboauth
#
#     set client [liboauth::client new acme]      ;# a profile; or without one, and $client set $liboauth::OAUTH_... ...
#     try {
#         set header [$client bearer_header]
#     } trap {OAUTH} {text options} {
#         lassign [dict get $options -errorcode] - code action
#         if {$action != $liboauth::OAUTH_ACTION_SIGN_IN} {error $text {} [dict get $options -errorcode]}
#         puts "Open [$client build_authorize_url]"
#         $client exchange_code [gets stdin]
#         set header [$client bearer_header]
#     }
#     $client destroy
#
# A client has a method for each function of the library: oauth_exchange_code is exchange_code; functions.tcl says what
# each one does. The C functions are commands of ::liboauth::c, see liboauth_tcl.c.

package require Tcl 8.6-
package require TclOO

namespace eval ::liboauth {
    load -lazy [file join [file dirname [info script]] liboauth_tcl[info sharedlibextension]] Liboauth_tcl

    # The library's version.
    proc version {} {
        return [c::oauth_version]
    }
}

# One registration at one authorization server, with its settings and its token.
oo::class create ::liboauth::client {
    variable handle

    # Set up from a profile, where one is given.
    constructor {args} {
        set handle 0
        if {[llength $args] > 1} {
            error "wrong # args: should be \"liboauth::client new ?profile?\""
        }
        if {[llength $args] == 1} {
            set handle [::liboauth::c::oauth_client_open [lindex $args 0] -1]
        } else {
            set handle [::liboauth::c::oauth_client_new]
        }
    }

    destructor {
        if {[info exists handle]} {
            catch {::liboauth::c::oauth_client_close $handle}
        }
    }

    # Closes the client and wipes the library's copies of its secrets; what was handed out is the program's, and what it
    # stored stays. A second time is harmless.
    method close {} {
        set closed $handle
        set handle 0
        ::liboauth::c::oauth_client_close $closed
        return
    }

    # What the commands of ::liboauth::c call it by; 0 when it is closed, which none takes.
    method handle {} {
        return $handle
    }

    # Two objects would close the same client.
    method <cloned> {other} {
        error "a client cannot be copied"
    }
}

source [file join [file dirname [info script]] functions.tcl]
package provide liboauth 0.1
