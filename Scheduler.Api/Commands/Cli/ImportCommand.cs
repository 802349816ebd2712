using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>import</c>: a file of pipelines, streamed; what is refused is told line by line.</summary>
internal static class ImportCommand
{
    private const string StandardInput = "-";

    public static Command Of(CliSurroundings surroundings)
    {
        var file = CliOptions.Id("file", "NDJSON, one pipeline a line; - for the standard input.");
        return CliCommand.Of(
            surroundings,
            "import",
            "Configures the pipelines of a file; exit code 1 when a line was refused.",
            [file],
            async (session, token) =>
            {
                await using var source = Open(session.Value(file), surroundings);
                return await session.Screen.ProgressAsync("import", show => SendAsync(session, source, show, token));
            }
        );
    }

    /// <exception cref="CliFailure">The file cannot be opened.</exception>
    private static Stream Open(string file, CliSurroundings surroundings)
    {
        if (file == StandardInput)
        {
            return surroundings.Input();
        }
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliFailure($"The file {file} cannot be read.", CliFailure.Misused);
        }
    }

    private static async Task<bool> SendAsync(
        CliSession session,
        Stream source,
        Action<double> show,
        CancellationToken token
    )
    {
        using var content = new WatchedContent(source, show);
        using var answer = await session.Api.StreamAsync("/api/v1/scheduler/import", content, token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(token));
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (await lines.ReadLineAsync(token) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }
            var entry = JsonElement.Parse(line);
            var status = entry.Text("status");
            counts[status] = counts.GetValueOrDefault(status) + 1;
            if (session.Screen.IsJson)
            {
                session.Screen.Json(entry);
            }
            else if (status == "refused")
            {
                TellRefused(session.Screen, entry);
            }
        }
        if (!session.Screen.IsJson)
        {
            session.Screen.Line(
                string.Join(
                    ", ",
                    counts
                        .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key}"))
                        .DefaultIfEmpty("The file holds no line.")
                )
            );
        }
        return !counts.ContainsKey("refused");
    }

    private static void TellRefused(CliScreen screen, JsonElement entry)
    {
        if (entry.Field("errors") is not { ValueKind: JsonValueKind.Object } errors)
        {
            screen.Error($"line {entry.Text("line")}: refused");
            return;
        }
        foreach (var field in errors.EnumerateObject())
        {
            foreach (var message in field.Value.EnumerateArray())
            {
                screen.Error(
                    $"line {entry.Text("line")}: {JsonFields.Plain(field.Name)}: {JsonFields.Plain(message.GetString() ?? "")}"
                );
            }
        }
    }

    /// <summary>Sends a stream and tells how much of it has gone.</summary>
    private sealed class WatchedContent : HttpContent
    {
        private const int Piece = 1 << 16;
        private readonly Stream source;
        private readonly Action<double> show;

        public WatchedContent(Stream source, Action<double> show)
        {
            (this.source, this.show) = (source, show);
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[Piece];
            var length = source.CanSeek ? source.Length : 0;
            long sent = 0;
            int count;
            while ((count = await source.ReadAsync(buffer)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count));
                sent += count;
                if (length > 0)
                {
                    show(100.0 * sent / length);
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = source.CanSeek ? source.Length : 0;
            return source.CanSeek;
        }
    }
}
