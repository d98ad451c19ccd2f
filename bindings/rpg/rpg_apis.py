"""What programs call besides liboauth, and how: as far as the examples use it.

HTTPAPI: the prototypes of src/rpglesrc/HTTPAPI_H.rpgleinc and what src/rpglesrc/HTTPAPIR4.rpgle does, of the project
ScottKlement/httpapi, 1.47. ILEvator: headers/ilevator.rpgle of the project sitemule/ILEvator,
1.0.0. IBM's functions for HTTP in SQL: "HTTP functions overview" of IBM i 7.5, chapters HTTP_GET_VERBOSE and HTTP_POST_VERBOSE.
"""

from dataclasses import dataclass
from typing import Dict, List, Set


@dataclass
class Procedure:
    """Of each parameter what belongs there: "text", "varying" (a field that is written to), "number", "pointer", "any";
    a `?` behind it: it may be *OMIT."""

    least: int
    parameters: List[str]

    @property
    def most(self) -> int:
        return len(self.parameters)


@dataclass
class Api:
    """What a /copy member brings."""

    member: str  # that /copy names, in small letters
    procedures: Dict[str, Procedure]
    constants: Set[str]


def procedure(parameters: str, least: int = -1) -> Procedure:
    words = parameters.split()
    return Procedure(len(words) if least < 0 else least, words)


HTTPAPI = Api(
    "httpapi_h",
    {
        "http_req": procedure("text text text? varying? text? text? text?", 3),
        "http_setoption": procedure("text text"),
        "http_setauth": procedure("constant text text"),
        "http_error": procedure("number? number?", 0),
        "http_header": procedure("text number?", 1),
    },
    {"http_auth_none", "http_auth_bearer", "http_auth_usrdfn"},
)
# What http_setOption knows, of which the examples use these.
HTTPAPI_OPTIONS = {"'network-ccsid'", "'local-ccsid'", "'timeout'", "'accept'"}

ILEVATOR = Api(
    "ilevator",
    {
        "iv_newhttpclient": procedure(""),
        "iv_free": procedure("pointer"),
        "iv_setcertificate": procedure("pointer text text", 2),
        "iv_settimeout": procedure("pointer number"),
        "iv_addheader": procedure("pointer text text"),
        "iv_setrequestdatabuffer": procedure("pointer pointer number constant constant"),
        "iv_setresponseheaderbuffer": procedure("pointer pointer number constant constant"),
        "iv_setresponsedatabuffer": procedure("pointer pointer number constant constant"),
        "iv_execute": procedure("pointer text text pointer", 3),
        "iv_getstatus": procedure("pointer"),
        "iv_geterrormessage": procedure("pointer"),
    },
    {"iv_bytes", "iv_varchar2", "iv_varchar4", "iv_ccsid_job", "iv_ccsid_utf8", "iv_http_ok", "iv_http_unauthorized"},
)
APIS = [HTTPAPI, ILEVATOR]

# SQL: schema and function, with the arguments that it takes.
SQL_FUNCTIONS = {
    "qsys2.http_get_verbose": (1, 2),
    "qsys2.http_post_verbose": (2, 3),
    "json_object": (1, 99),
    "json_value": (2, 2),
    "coalesce": (2, 2),
    "int": (1, 1),
    "nullif": (2, 2),
    "varchar": (1, 2),
    "table": (1, 1),
}
