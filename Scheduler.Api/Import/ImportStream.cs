using Scheduler.Api.Bodies;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Import;

/// <summary>One import, from the first byte of its body to its row in the audit trail.</summary>
/// <param name="import">Writes the batches.</param>
/// <param name="lines">The body.</param>
/// <param name="answers">Where the answers go.</param>
/// <param name="actor">Who asked.</param>
internal sealed class ImportStream(PipelineImport import, LineReader lines, AnswerSpool answers, Actor actor)
{
    /// <summary>How long the row of an import that was broken off may take.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(10);

    private readonly List<ImportLine> batch = new(PipelineImport.BatchSize);
    private ImportTally tally = new();
    private long number;

    /// <summary>Reads, writes and answers, batch by batch; ends with the audit row, whatever ended it.</summary>
    public async Task RunAsync(string importId, CancellationToken cancellationToken)
    {
        var isComplete = false;
        try
        {
            while (await lines.ReadAsync(cancellationToken) is { } line)
            {
                number++;
                if (line.IsTooLong || !IsBlank(line.Bytes.Span))
                {
                    batch.Add(Read(line));
                }
                if (batch.Count == PipelineImport.BatchSize)
                {
                    await WriteAsync(cancellationToken);
                }
            }
            await WriteAsync(cancellationToken);
            if (lines.IsOverLimit)
            {
                Answer([
                    Refused(
                        number + 1,
                        "The body is larger than Scheduler__Import__MaxBytes; nothing after this was read."
                    ),
                ]);
            }
            isComplete = !lines.IsOverLimit;
        }
        catch (StorageUnavailableException)
        {
            // The status is long gone: the answer says it in its last line.
            Answer([
                Refused(number - batch.Count + 1, "The store did not answer; send this line and what follows again."),
            ]);
        }
        finally
        {
            try
            {
                await RecordAsync(importId, isComplete);
            }
            finally
            {
                answers.Complete();
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (batch.Count > 0)
        {
            Answer(await import.WriteAsync(batch, actor, cancellationToken));
            batch.Clear();
        }
    }

    private void Answer(IReadOnlyList<ImportLineResponse> done)
    {
        tally = tally.With(done);
        answers.Write(done);
    }

    private async Task RecordAsync(string importId, bool isComplete)
    {
        using var limit = new CancellationTokenSource(LastWord);
        var document = tally with { Bytes = lines.Bytes, Sha256 = lines.Digest(), IsComplete = isComplete };
        await import.RecordAsync(importId, document, actor, limit.Token);
    }

    private ImportLine Read(BodyLine line)
    {
        if (line.IsTooLong)
        {
            return new ImportLine(number, null, ImportCheck.One(BodyErrors.Whole, "The line is too long."));
        }
        var (request, errors) = BodyCheck.Parse<ImportPipelineRequest>(line.Bytes.ToArray());
        return new ImportLine(number, request, request is null ? errors : null);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;

    private static ImportLineResponse Refused(long line, string message) =>
        new()
        {
            Line = line,
            Status = ImportLineStatus.Refused,
            Errors = ImportCheck.One(BodyErrors.Whole, message),
        };
}
