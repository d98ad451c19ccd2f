#!/usr/bin/qsh
# build.sh LIBRARY [stmf|members] [PATH] - builds the service program OAUTH and
# the binding directory OAUTH into LIBRARY, under QSH on the IBM i.
#
#   stmf     from these stream files (IBM i 7.3 or later)
#   members  copies them to source members in LIBRARY first, and builds from
#            these by OAUTHBLD, as shops without stream files do
#   PATH     where liboauth is for PASE, unless at its usual place:
#            /QOpenSys/pkgs/lib/liboauth.a(liboauth.so)
#
# It stops at the first command that fails. Nobody has run it on an IBM i.
set -e
library=$1
from=${2:-stmf}
path=$3
if [ -z "$library" ]; then
    echo "usage: build.sh LIBRARY [stmf|members] [PATH]" >&2
    exit 64
fi
modules="OAUTHX OAUTHCORE OAUTHTEXT OAUTHPASE OAUTHFAIL"
here=$(cd "$(dirname "$0")" && pwd)

cl() {
    echo "$*"
    system "$*"
}

# Plain ASCII, whatever the checkout has tagged it with.
tagged() {
    for file in OAUTHX.c OAUTHCORE.c OAUTHTEXT.c OAUTHPASE.c OAUTHFAIL.c \
        OAUTHX.h OAUTHCORE.h OAUTHPART.h OAUTH.bnd OAUTHBLD.clle; do
        setccsid 819 "$here/$file"
    done
}

# module NAME: compiled from its stream file.
module() {
    define=
    if [ -n "$path" ]; then
        define=" DEFINE('OAUTH_LIBRARY=\"$path\"')"
    fi
    cl "CRTCMOD MODULE($library/$1) SRCSTMF('$here/$1.c') OPTIMIZE(30)" \
        "LANGLVL(*EXTENDED) TERASPACE(*YES *TSIFC) STGMDL(*INHERIT)$define"
}

# member FILE MEMBER STREAM_FILE
member() {
    cl "CPYFRMSTMF FROMSTMF('$here/$3')" \
        "TOMBR('/QSYS.LIB/$library.LIB/$1.FILE/$2.MBR')" \
        "MBROPT(*REPLACE) STMFCCSID(819)"
}

tagged
case $from in
stmf)
    for name in $modules; do
        module "$name"
    done
    cl "CRTSRVPGM SRVPGM($library/OAUTH)" \
        "MODULE($library/OAUTHX $library/OAUTHCORE $library/OAUTHTEXT" \
        "$library/OAUTHPASE $library/OAUTHFAIL)" \
        "EXPORT(*SRCFILE) SRCSTMF('$here/OAUTH.bnd')" \
        "BNDSRVPGM((QSYS/QP2USER) (QSYS/QTQICONV) (QSYS/QP0WPTHR))" \
        "ACTGRP(*CALLER) STGMDL(*INHERIT) TEXT('liboauth by PASE')"
    system "DLTOBJ OBJ($library/OAUTH) OBJTYPE(*BNDDIR)" || true
    cl "CRTBNDDIR BNDDIR($library/OAUTH) TEXT('liboauth')"
    cl "ADDBNDDIRE BNDDIR($library/OAUTH) OBJ(($library/OAUTH *SRVPGM))"
    ;;
members)
    if [ -n "$path" ]; then
        echo "build.sh: another PATH is for stmf; or edit OAUTHPASE" >&2
        exit 64
    fi
    for file in QCSRC H QSRVSRC QCLSRC; do
        system "CRTSRCPF FILE($library/$file) RCDLEN(112) CCSID(37)" || true
    done
    for name in $modules; do
        member QCSRC "$name" "$name.c"
    done
    for name in OAUTHX OAUTHCORE OAUTHPART; do
        member H "$name" "$name.h"
    done
    member QSRVSRC OAUTH OAUTH.bnd
    member QCLSRC OAUTHBLD OAUTHBLD.clle
    cl "CRTBNDCL PGM($library/OAUTHBLD) SRCFILE($library/QCLSRC)"
    cl "CALL PGM($library/OAUTHBLD) PARM($library)"
    ;;
*)
    echo "build.sh: stmf or members, and not $from" >&2
    exit 64
    ;;
esac
echo "built: bind programs with BNDDIR($library/OAUTH)"
