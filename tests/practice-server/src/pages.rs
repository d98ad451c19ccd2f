#![forbid(unsafe_code)]
//! What a person sees: plain pages without scripts. Whatever is echoed is escaped.

use crate::dialect::{Dialect, DIALECTS};
use crate::grants::Consent;
use crate::people::{PASSWORD, USER};
use crate::response::Response;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:30em;margin:3em auto;padding:0 1em}\
    label{display:block;margin:.6em 0}input{font:inherit;width:100%;box-sizing:border-box}\
    button{font:inherit;padding:.3em 1.2em;margin:.6em .6em 0 0}code{word-break:break-all}\
    .error{color:#a00}.note{color:#666}";

pub fn sign_in(consent: &Consent, request: &str, error: Option<&str>) -> Response {
    let error =
        error.map(|text| format!("<p class=error role=alert>{}</p>", escape(text))).unwrap_or_default();
    let body = format!(
        "<h1>Sign in</h1>\n<p>{client} asks for access to your account at {server}.</p>\n{error}\n\
         <form method=post action=\"/{base}/sign-in\">\n\
         <input type=hidden name=request value=\"{request}\">\n\
         <label>User <input name=user autocomplete=off autofocus required></label>\n\
         <label>Password <input name=password type=password autocomplete=off required></label>\n\
         <button>Sign in</button>\n</form>\n\
         <p class=note>This is a practice server. The user is {USER}, the password {PASSWORD}.</p>\n",
        client = escape(consent.client.name),
        server = escape(consent.dialect.title),
        base = consent.dialect.name,
        request = escape(request),
    );
    page(200, "Sign in", &body)
}

pub fn consent(consent: &Consent, request: &str) -> Response {
    let scopes: Vec<String> =
        consent.scope.iter().map(|scope| format!("<li><code>{}</code></li>", escape(scope))).collect();
    let body = format!(
        "<h1>Allow access?</h1>\n<p>{client} (<code>{id}</code>) asks for access as {USER} to:</p>\n\
         <ul>{}</ul>\n<p class=note>Afterwards you are sent to <code>{redirect}</code>.</p>\n\
         <form method=post action=\"/{base}/consent\">\n\
         <input type=hidden name=request value=\"{request}\">\n\
         <button name=decision value=allow>Allow</button>\n\
         <button name=decision value=deny>Deny</button>\n</form>\n",
        scopes.concat(),
        client = escape(consent.client.name),
        id = escape(consent.client.id),
        redirect = escape(&consent.redirect_uri),
        base = consent.dialect.name,
        request = escape(request),
    );
    page(200, "Allow access?", &body)
}

/// Where a person types what a device shows.
pub fn device(user_code: &str) -> Response {
    let body = format!(
        "<h1>Allow a device?</h1>\n<p>Compare this code with the one on its screen.</p>\n\
         <form method=post>\n\
         <label>Code <input name=user_code value=\"{code}\" autocomplete=off required></label>\n\
         <label>User <input name=user autocomplete=off required></label>\n\
         <label>Password <input name=password type=password autocomplete=off required></label>\n\
         <button name=decision value=allow>Allow</button>\n\
         <button name=decision value=deny>Deny</button>\n</form>\n\
         <p class=note>This is a practice server. The user is {USER}, the password {PASSWORD}.</p>\n",
        code = escape(user_code),
    );
    page(200, "Allow a device?", &body)
}

pub fn answered() -> Response {
    page(200, "Thank you", "<h1>Thank you</h1>\n<p>The device knows your answer in a moment.</p>\n")
}

/// The code, for a person to copy into the program that waits for it.
pub fn code(code: &str) -> Response {
    let body = format!(
        "<h1>Authorization code</h1>\n<p><code id=\"authorization_code\">{}</code></p>\n\
         <p class=note>Copy this code, or the whole address of this page, into your program.</p>\n",
        escape(code)
    );
    page(200, "Authorization code", &body)
}

pub fn refused(title: &str, why: &str) -> Response {
    page(400, title, &format!("<h1>{}</h1>\n<p>{}</p>\n", escape(title), escape(why)))
}

pub fn stale() -> Response {
    refused("This page was used before", "Start again from your program.")
}

/// Where a browser lands when the redirect URI points at this very server.
pub fn returned() -> Response {
    let body =
        "<h1>Back from the sign-in</h1>\n<p>Copy the whole address of this page into your program.</p>\n";
    page(200, "Back from the sign-in", body)
}

pub fn index() -> Response {
    let rows: String = DIALECTS.iter().map(row).collect();
    let body = format!(
        "<h1>Practice server</h1>\n<p>Plays several OAuth 2.0 authorization servers, each below its own path, \
         and an API at <code>/api/me</code> below each.</p>\n<ul>{rows}</ul>\n\
         <p>What has been asked for: <a href=\"/control\">/control</a></p>\n"
    );
    page(200, "Practice server", &body)
}

fn row(dialect: &Dialect) -> String {
    let Dialect { name, title, token, .. } = dialect;
    let paths: Vec<String> = [dialect.authorize[0], token]
        .into_iter()
        .chain(dialect.revoke())
        .map(|path| format!("<code>/{name}{path}</code>"))
        .collect();
    format!("<li>{}: {}</li>\n", escape(title), paths.join(", "))
}

fn page(status: u16, title: &str, body: &str) -> Response {
    let title = escape(title);
    let head = "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n\
        <meta name=viewport content=\"width=device-width\">\n";
    Response::html(
        status,
        format!("{head}<title>{title}</title>\n<style>{STYLE}</style>\n<main>\n{body}</main>\n</html>\n"),
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
