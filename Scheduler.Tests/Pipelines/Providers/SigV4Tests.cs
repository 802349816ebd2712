using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Providers.Aws;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Tests.Pipelines.Providers.Servers;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>The verifier that judges the product's signatures is itself judged by AWS's own vectors.</summary>
[TestFixture]
internal sealed class SigV4Tests
{
    [Test]
    public void The_verifier_reproduces_every_official_vector()
    {
        var root = Path.GetDirectoryName(Fixtures.Require("providers/aws/sigv4/LICENSE"))!;
        var cases = Directory.GetDirectories(root);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(cases, Has.Length.EqualTo(22));
            foreach (var folder in cases)
            {
                Check(folder);
            }
        }
    }

    [TestCase("signature")]
    [TestCase("body")]
    [TestCase("query")]
    [TestCase("key")]
    public void A_request_that_was_changed_is_found_out(string what)
    {
        var folder = Path.GetDirectoryName(
            Fixtures.Require("providers/aws/sigv4/post-x-www-form-urlencoded/context.json")
        )!;
        var request = Signed.Read(folder);
        if (what == "signature")
        {
            var place = request.Headers.FindIndex(header => header.Name == "Authorization");
            request.Headers[place] = ("Authorization", request.Headers[place].Value[..^1] + "0");
        }

        var fault = SigV4Verifier.Fault(
            request.Method,
            request.Path,
            what == "query" ? "a=b" : request.Query,
            request.Headers,
            what == "body" ? [1] : request.Body,
            "AKIDEXAMPLE",
            what == "key" ? "another" : request.Secret,
            "us-east-1",
            "service"
        );

        Assert.That(fault, Is.Not.Null);
    }

    [Test]
    public void The_code_of_an_error_is_found_in_every_form_of_AWS_JSON()
    {
        var vectors = JsonDocument
            .Parse(File.ReadAllText(Fixtures.Require("providers/aws/cost-explorer/aws-json-1.1-error-vectors.json")))
            .RootElement.EnumerateArray()
            .ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(vectors, Has.Count.EqualTo(6));
            foreach (var vector in vectors)
            {
                var response = vector.GetProperty("response");
                using var message = new HttpResponseMessage(
                    (HttpStatusCode)response.GetProperty("status_code").GetInt32()
                );
                foreach (var header in response.GetProperty("headers").EnumerateObject())
                {
                    message.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
                }
                var body = response.TryGetProperty("body", out var text) ? text.GetString()! : "";
                var answer = new ProviderAnswer
                {
                    Status = message.StatusCode,
                    Headers = message.Headers,
                    Json = body.Length == 0 ? default : JsonDocument.Parse(body).RootElement,
                    Length = body.Length,
                    ReceivedAt = default,
                };
                Assert.That(
                    AwsErrors.Code(answer),
                    Is.EqualTo(vector.GetProperty("errorCode").GetString()),
                    vector.GetProperty("id").GetString()
                );
            }
        }
    }

    private static void Check(string folder)
    {
        var name = Path.GetFileName(folder);
        var request = Signed.Read(folder);
        var time = request.Headers.Single(header => header.Name == "X-Amz-Date").Value;
        var authorization = request.Headers.Single(header => header.Name == "Authorization").Value;
        var signed = authorization.Split("SignedHeaders=")[1].Split(',')[0].Split(';');
        var scope = $"{time[..8]}/us-east-1/service/aws4_request";

        var canonical = SigV4Verifier.CanonicalRequest(
            request.Method,
            request.Path,
            request.Query,
            request.Headers,
            signed,
            SigV4Verifier.Digest(request.Body)
        );
        var toSign = SigV4Verifier.StringToSign(time, scope, canonical);

        Assert.That(canonical, Is.EqualTo(Text(folder, "header-canonical-request.txt")), name);
        Assert.That(toSign, Is.EqualTo(Text(folder, "header-string-to-sign.txt")), name);
        Assert.That(
            SigV4Verifier.Signature(request.Secret, scope, toSign),
            Is.EqualTo(Text(folder, "header-signature.txt")),
            name
        );
    }

    private static string Text(string folder, string file) => File.ReadAllText(Path.Combine(folder, file));

    private sealed record Signed(
        string Method,
        string Path,
        string Query,
        List<(string Name, string Value)> Headers,
        byte[] Body,
        string Secret
    )
    {
        public static Signed Read(string folder)
        {
            var parts = Text(folder, "header-signed-request.txt").Split("\n\n", 2);
            var lines = parts[0].Split('\n');
            var target = lines[0][(lines[0].IndexOf(' ') + 1)..lines[0].LastIndexOf(' ')].Split('?', 2);
            var headers = new List<(string, string)>();
            foreach (var line in lines.Skip(1))
            {
                // A line that begins with a blank goes on with the header before.
                if (line.StartsWith(' '))
                {
                    headers[^1] = (headers[^1].Item1, $"{headers[^1].Item2}\n{line}");
                    continue;
                }
                var header = line.Split(':', 2);
                headers.Add((header[0], header[1]));
            }
            using var context = JsonDocument.Parse(Text(folder, "context.json"));
            return new Signed(
                lines[0].Split(' ')[0],
                target[0],
                target.Length > 1 ? target[1] : "",
                headers,
                Encoding.UTF8.GetBytes(parts.Length > 1 ? parts[1] : ""),
                context.RootElement.GetProperty("credentials").GetProperty("secret_access_key").GetString()!
            );
        }
    }
}
