//! Two modules for Fortran: the C functions, and a client that closes itself.
#![forbid(unsafe_code)]

use crate::methods::{methods, Argument, Method};
use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;
/// How a line goes on.
const NEXT: &str = ", &\n        ";

pub fn modules(interface: &Interface) -> String {
    let style = Style { interface, quote: '"', constant: prose::caseless, width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n  ! ---- {title} ----\n\n"),
        |group| format!("\n{}\n", style.lines("  ! ", group)),
        |constant| {
            let name = prose::caseless(interface, &constant.name);
            style.comment("  ! ", &constant.doc, &[])
                + &format!("  integer(c_int32_t), parameter :: {name} = {}\n", constant.value)
        },
    );
    let functions = prose::each(&interface.functions, |f| declaration(&style, f));
    let bound =
        prose::each(methods(interface), |m| format!("    procedure :: {} => client_{}\n", m.name, m.name));
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
        ("BOUND", bound.as_str()),
        ("METHODS", methods.as_str()),
    ];
    prose::fill(include_str!("../templates/liboauth.f90.in"), &values)
}

fn declaration(style: &Style, function: &Function) -> String {
    let doc = style.comment("    ! ", &function.doc, &function.parameters);
    let names: Vec<_> = function.parameters.iter().flat_map(Parameter::names).map(String::as_str).collect();
    let types = prose::each(&function.parameters, |parameter| match parameter {
        Parameter::Int(name) => int(name),
        Parameter::TextIn { text, length } => {
            format!("      character(kind=c_char), intent(in) :: {text}(*)\n{}", int(length))
        }
        Parameter::TextOut { text, capacity } => {
            format!("      character(kind=c_char), intent(inout) :: {text}(*)\n{}", int(capacity))
        }
    });
    let character = if types.contains("c_char") { ", c_char" } else { "" };
    format!(
        "\n{doc}    integer(c_int32_t) function {0}({1}) &\n        bind(c, name=\"{0}\")\n      \
         import :: c_int32_t{character}\n{types}    end function\n",
        function.name,
        names.join(NEXT)
    )
}

fn int(name: &str) -> String {
    format!("      integer(c_int32_t), value :: {name}\n")
}

fn method(style: &Style, method: &Method) -> String {
    let summary = method.summary(style, "  ! ");
    let name = method.name;
    let answer = if method.gives_text { "answer" } else { "" };
    let takes: Vec<_> = ["self"]
        .into_iter()
        .chain(method.arguments.iter().map(Argument::name))
        .chain((!answer.is_empty()).then_some(answer))
        .chain(["outcome"])
        .collect();
    let types = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!("    integer(c_int32_t), intent(in) :: {name}\n"),
        Argument::Text(name) | Argument::Bytes(name) => format!("    character(*), intent(in) :: {name}\n"),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!("{NEXT}{name}"),
        Argument::Text(name) | Argument::Bytes(name) => format!("{NEXT}{name}, len({name}, c_int32_t)"),
    });
    let whole = prose::each(&method.arguments, |argument| match argument {
        Argument::Text(name) => format!("    if (cut_short({name}, outcome)) return\n"),
        Argument::Int(_) | Argument::Bytes(_) => String::new(),
    });
    let head = format!(
        "\n{summary}  subroutine client_{name}({})\n    class(oauth_client), intent(inout) :: self\n{types}",
        takes.join(NEXT)
    );
    let outcome = "    type(oauth_outcome), intent(out), optional :: outcome\n";
    let function = &method.function.name;
    if !method.gives_text {
        return format!(
            "{head}{outcome}{whole}    call conclude({function}(self%handle{given}), outcome)\n  end subroutine\n"
        );
    }
    let whole = if whole.is_empty() { whole } else { format!("    answer = ''\n{whole}") };
    format!(
        "{head}    character(:), allocatable, intent(out) :: answer\n{outcome}    \
         character(:), allocatable :: buffer\n    integer(c_int32_t) :: length\n{whole}    \
         allocate(character(first_capacity) :: buffer)\n    do\n      \
         length = {function}(self%handle{given}{NEXT}buffer, len(buffer, c_int32_t))\n      \
         if (.not. grown(length, buffer)) exit\n    end do\n    \
         call give(length, buffer, answer, outcome)\n  end subroutine\n"
    )
}
