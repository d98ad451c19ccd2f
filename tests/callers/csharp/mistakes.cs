// The mistakes of ../c/mistakes.c by LibOAuth.cs.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading;
using LibOAuth;

internal static class Mistakes
{
    private const string Words = "L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c \ud83d\udd11";

    private static readonly TextWriter output =
        new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };

    private static void CameBack(string name, string text)
    {
        output.WriteLine(name + " 0 0 " + text);
    }

    private static void Failed(string name, OAuthException error)
    {
        output.WriteLine(name + " " + error.Code + " " + error.Action + " " + error.Message);
    }

    private static void Fails(string name, Action function)
    {
        try
        {
            function();
            output.WriteLine(name + " did not fail");
        }
        catch (OAuthException error)
        {
            Failed(name, error);
        }
    }

    private static string Scope(Client client, string text)
    {
        client.Set(Functions.OAUTH_SCOPE, text);
        return client.Get(Functions.OAUTH_SCOPE);
    }

    // Threads that fail in two ways at once are told their own sentence each, though clients that were left are closed
    // meanwhile.
    private static int ToldTheirOwn()
    {
        int told = 0;
        Thread[] threads = new Thread[8];
        for (int number = 0; number < threads.Length; number++)
        {
            bool isOdd = number % 2 == 1;
            threads[number] = new Thread(delegate()
            {
                int right = 0;
                for (int turn = 0; turn < 100; turn++)
                {
                    try
                    {
                        new Client().Set(isOdd ? Functions.OAUTH_PKCE : 99999, "sometimes");
                    }
                    catch (OAuthException error)
                    {
                        right += error.Message.StartsWith(isOdd ? "pkce" : "99999", StringComparison.Ordinal) ? 1 : 0;
                    }
                    if (turn % 25 == 0)
                        GC.Collect();
                }
                if (right == 100)
                    Interlocked.Increment(ref told);
            });
            threads[number].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        return told;
    }

    private static void Refused(string name, Action function)
    {
        try
        {
            function();
            output.WriteLine(name + " went by");
        }
        catch (ArgumentException)
        {
        }
    }

    private static void OwnHttp()
    {
        const string url = "https://api.example/me";
        byte[] type = Encoding.ASCII.GetBytes("Content-Type: application/json\r\n");
        byte[] nothing = new byte[0];
        Client client = new Client();

        client.Set(Functions.OAUTH_HTTP, "caller");
        client.Set(Functions.OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token");
        client.Set(Functions.OAUTH_CLIENT_ID, "a client");
        client.Set(Functions.OAUTH_CLIENT_AUTH, "none");
        Fails("needed", delegate { client.RequestToken("client_credentials"); });
        CameBack("method", client.HttpRequest(Functions.OAUTH_REQUEST_METHOD));
        CameBack("url", client.HttpRequest(Functions.OAUTH_REQUEST_URL));
        CameBack("content", client.HttpRequest(Functions.OAUTH_REQUEST_CONTENT));
        byte[] bytes = Encoding.ASCII.GetBytes("{\"access_token\":\"t\0w_\"}");
        bytes[20] = 0xff;
        Fails("bytes", delegate { client.HttpResponse(200, type, bytes); });
        try
        {
            client.RequestToken("client_credentials");
        }
        catch (OAuthException)
        {
        }
        byte[] json = Encoding.UTF8.GetBytes(
            "{\"access_token\":\"one\",\"expires_in\":3600,\"who\":{\"name\":\"" + Words + "\"}}");
        CameBack("taken", client.HttpResponse(200, type, json).ToString());
        CameBack("token", client.AccessToken());
        CameBack("member", client.Field(Functions.OAUTH_FIELD_TOKEN, "who.name"));
        Fails("no_member", delegate { client.Field(Functions.OAUTH_FIELD_TOKEN, "who.else"); });
        CameBack("headers", client.RequestHeaders("GET", url).Split('\r')[0]);
        CameBack("again", client.ApiResponse(url, 401, nothing).ToString());
        Fails("rejected", delegate { client.BearerHeader(); });
        byte[] wait = Encoding.ASCII.GetBytes("Retry-After: 7\r\n");
        Fails("busy", delegate { client.HttpResponse(503, wait, nothing); });
        CameBack("retry_after", client.Get(Functions.OAUTH_RETRY_AFTER));
    }

    // What Functions has: its constants, and each function with zeros and nulls.
    private static void All()
    {
        int count = 0;
        int sum = 0;
        foreach (FieldInfo constant in typeof(Functions).GetFields())
        {
            if (!constant.Name.StartsWith("OAUTH_", StringComparison.Ordinal))
                continue;
            count++;
            sum += (int)constant.GetRawConstantValue();
        }
        output.WriteLine("constants " + count + " " + sum);
        SortedDictionary<string, int> answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (MethodInfo function in typeof(Functions).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            object[] given = Array.ConvertAll(function.GetParameters(),
                parameter => parameter.ParameterType == typeof(int) ? (object)0 : null);
            answers[function.Name] = Math.Min((int)function.Invoke(null, given), 0);
        }
        foreach (KeyValuePair<string, int> answer in answers)
            output.WriteLine(answer.Key + " " + answer.Value);
    }

    private static int Main(string[] words)
    {
        if (words.Length == 1)
        {
            if (words[0] == "all")
                All();
            else
                OwnHttp();
            return 0;
        }
        Client client = new Client();
        Client closed = new Client();
        int stale = closed.Handle;

        closed.Close();
        Failed("stale", new OAuthException(Functions.oauth_refresh(stale)));
        Fails("closed", delegate { closed.Refresh(); });
        client.Set(Functions.OAUTH_CLIENT_ID, "a client");
        Failed("short_buffer",
            new OAuthException(Functions.oauth_get(client.Handle, Functions.OAUTH_CLIENT_ID, new byte[4], 4)));
        string large = new string('x', 100000);
        CameBack("grown", Scope(client, large) == large ? "100000" : "another text");
        Fails("unknown_profile", delegate { new Client("no-such-profile").Dispose(); });
        Fails("no_code", delegate { client.ExchangeCode(""); });
        Fails("wrong_code", delegate { client.ExchangeCode("not-a-code"); });
        Fails("value", delegate { client.Set(Functions.OAUTH_PKCE, "sometimes"); });
        Fails("property", delegate { client.Set(99999, "x"); });
        byte[] letter = { (byte)'x' };
        Failed("length", new OAuthException(Functions.oauth_set(client.Handle, Functions.OAUTH_SCOPE, letter, -7)));
        byte[] latin = { 0xff, 0xfe, 0 };
        Failed("not_utf_8", new OAuthException(
            Functions.oauth_set(client.Handle, Functions.OAUTH_SCOPE, latin, Functions.OAUTH_NUL_TERMINATED)));
        Fails("null", delegate { client.Set(Functions.OAUTH_SCOPE, null); });
        Failed("null_buffer",
            new OAuthException(Functions.oauth_get(client.Handle, Functions.OAUTH_CLIENT_ID, null, 64)));
        CameBack("utf_8", Scope(client, Words));
        Fails("utf_8_in_error", delegate { new Client(Words).Dispose(); });
        CameBack("blanks", "[" + Scope(client, " read ") + "]");
        byte[] field = Encoding.ASCII.GetBytes("read        ");
        Functions.oauth_set(client.Handle, Functions.OAUTH_SCOPE, field, field.Length);
        CameBack("padded", "[" + client.Get(Functions.OAUTH_SCOPE) + "]");
        CameBack("empty", "[" + Scope(client, "") + "]");
        CameBack("threads", ToldTheirOwn().ToString());
        Refused("a NUL in a text", delegate { client.Set(Functions.OAUTH_SCOPE, "read\0write"); });
        Refused("half a letter", delegate { client.Set(Functions.OAUTH_SCOPE, "\ud83d"); });
        client.Close();
        client.Close();
        client.Dispose();
        return 0;
    }
}
