// signin.cs - prints the header for a request to an API; signs in first where that is needed.
//
//     mono signin.exe PROFILE
//
// PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. The
// address to sign in at is printed as one line; what the browser ends at is read as one line.
//
//     mcs signin.cs LibOAuth.cs
using System;
using System.IO;
using System.Text;
using LibOAuth;

internal static class SignIn
{
    // UTF-8 whatever the locale is.
    private static readonly Encoding Utf8 = new UTF8Encoding(false);

    private static int Main(string[] words)
    {
        TextReader input = new StreamReader(Console.OpenStandardInput(), Utf8);
        TextWriter output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true };
        TextWriter errors = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true };

        if (words.Length != 1)
        {
            errors.WriteLine("usage: signin PROFILE");
            return 1;
        }
        try
        {
            using (Client client = new Client(words[0]))
                output.WriteLine(Header(client, input, output));
            return 0;
        }
        catch (OAuthException error)
        {
            errors.WriteLine("error " + error.Code + ": " + error.Message);
            errors.WriteLine("What to do: " + WhatToDo(error));
            return 1;
        }
    }

    // From memory or the store, refreshed if it is about to expire; or else a person signs in.
    private static string Header(Client client, TextReader input, TextWriter output)
    {
        try
        {
            return client.BearerHeader();
        }
        catch (OAuthException error)
        {
            if (error.Action != Functions.OAUTH_ACTION_SIGN_IN)
                throw;
        }
        output.WriteLine(client.BuildAuthorizeUrl());
        client.ExchangeCode(input.ReadLine() ?? "");
        return client.BearerHeader();
    }

    private static string WhatToDo(OAuthException error)
    {
        switch (error.Action)
        {
            case Functions.OAUTH_ACTION_RETRY:
                return "try again later.";
            case Functions.OAUTH_ACTION_SIGN_IN:
                return "start again, and sign in.";
            case Functions.OAUTH_ACTION_FIX:
                return "mend the configuration; trying again will not help.";
            default:
                return "send the request that waits: the profile has http = \"caller\".";
        }
    }
}
