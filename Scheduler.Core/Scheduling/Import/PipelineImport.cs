using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>Makes and changes the pipelines of many customers, a batch of lines at a time: one script a batch, all or nothing.</summary>
public sealed class PipelineImport(
    PipelineConfigStore configs,
    AuditStore audit,
    PipelineConfiguration configuration,
    PipelineRetirement retirement,
    CredentialCheck credentials,
    OperationClock clock,
    IIdSource ids,
    PipelineLimits limits
)
{
    private readonly ImportCheck check = configuration.ForImport;

    /// <summary>Lines of one script. The default value is 500.</summary>
    public const int BatchSize = 500;

    /// <summary>Writes a batch.</summary>
    /// <param name="lines">At most <see cref="BatchSize"/>, in the order of the body.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One answer a line, in the same order.</returns>
    public async Task<IReadOnlyList<ImportLineResponse>> WriteAsync(
        IReadOnlyList<ImportLine> lines,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var contexts = await ContextsAsync(lines, cancellationToken);
        var answers = new ImportLineResponse[lines.Count];
        var rows = new List<ImportRow>(lines.Count);
        var keys = new HashSet<(string, string, string, string, string)>();
        for (var nth = 0; nth < lines.Count; nth++)
        {
            var line = lines[nth];
            var errors = line.Errors;
            if (line.Request is not { } request || Judge(request, contexts, now, out errors) is not { } draft)
            {
                answers[nth] = Refused(line.Number, errors!);
                continue;
            }
            if (await CredentialFaultAsync(request, cancellationToken) is { } fault)
            {
                answers[nth] = Refused(line.Number, ImportCheck.One("credential_id", fault));
                continue;
            }
            // The last line with a key decides, as in separate calls: what came before it is written first.
            if (!keys.Add((draft.CustomerId, draft.Provider, draft.Domain, draft.PipelineTemplate, draft.PipelineName)))
            {
                await SaveAsync(rows, lines, answers, actor, now, cancellationToken);
                rows.Clear();
                keys.Clear();
                keys.Add((draft.CustomerId, draft.Provider, draft.Domain, draft.PipelineTemplate, draft.PipelineName));
            }
            rows.Add(ImportRow.Of(draft with { ConfigId = ids.NewId(now) }, nth));
        }
        await SaveAsync(rows, lines, answers, actor, now, cancellationToken);
        return answers;
    }

    /// <summary>Writes the import's one row in the audit trail.</summary>
    public async Task RecordAsync(string importId, ImportTally tally, Actor actor, CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        await audit.RecordAsync(
            new AuditStamp(ids.NewId(now), actor),
            "pipeline.import",
            importId,
            JsonSerializer.Serialize(tally, WireJson.Options),
            now,
            cancellationToken
        );
    }

    /// <summary>As the call for one pipeline judges; only lines of templates that use credentials cost a look.</summary>
    private async Task<string?> CredentialFaultAsync(ImportPipelineRequest request, CancellationToken cancellationToken)
    {
        if (
            configuration.Find(request) is not { } template
            || (
                request.CredentialId is null && CredentialNeed.TryParse(template.Credential) is not { IsRequired: true }
            )
        )
        {
            return null;
        }
        return await credentials.FaultAsync(
            request.CustomerId,
            request.CredentialId,
            template,
            cancellationToken
        ) switch
        {
            null => null,
            ConfigureResult.WrongCredential(var message) => message,
            _ => "Is required: the customer has several active credentials of the provider.",
        };
    }

    private PipelineConfig? Judge(
        ImportPipelineRequest request,
        Dictionary<ImportContextKey, ImportContext> contexts,
        Instant now,
        out IReadOnlyDictionary<string, IReadOnlyList<string>>? errors
    )
    {
        var context = check.KeyOf(request) is { } key ? contexts.GetValueOrDefault(key) : null;
        return check.Judge(request, context, now, out errors);
    }

    private async Task<Dictionary<ImportContextKey, ImportContext>> ContextsAsync(
        IReadOnlyList<ImportLine> lines,
        CancellationToken cancellationToken
    )
    {
        var keys = lines
            .Select(line => line.Request is { } request ? check.KeyOf(request) : null)
            .OfType<ImportContextKey>()
            .Distinct()
            .ToList();
        return (await configs.ImportContextAsync(keys, cancellationToken)).ToDictionary(context => new ImportContextKey(
            context.CustomerId,
            context.Provider,
            context.Domain
        ));
    }

    private async Task SaveAsync(
        List<ImportRow> rows,
        IReadOnlyList<ImportLine> lines,
        ImportLineResponse[] answers,
        Actor actor,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        if (rows.Count == 0)
        {
            return;
        }
        var saved = await configs.ImportAsync(rows, limits.MaxPerCustomer, actor.KeyId, now, cancellationToken);
        foreach (var row in saved)
        {
            answers[row.Nth] = row.Refusal switch
            {
                null => new ImportLineResponse
                {
                    Line = lines[row.Nth].Number,
                    Status = row.Status,
                    ConfigId = row.ConfigId,
                },
                "TOO_MANY" => Refused(
                    lines[row.Nth].Number,
                    ImportCheck.One(
                        "customer_id",
                        $"A customer has at most {limits.MaxPerCustomer} pipelines here, active or not."
                    )
                ),
                _ => Refused(lines[row.Nth].Number, ImportCheck.One("customer_id", "There is no such customer.")),
            };
            if (row is { Status: ImportLineStatus.Changed, IsActive: false })
            {
                await retirement.EndWaitingAsync(row.ConfigId, actor.KeyId, now, cancellationToken);
            }
        }
    }

    private static ImportLineResponse Refused(long line, IReadOnlyDictionary<string, IReadOnlyList<string>> errors) =>
        new()
        {
            Line = line,
            Status = ImportLineStatus.Refused,
            Errors = errors,
        };
}
