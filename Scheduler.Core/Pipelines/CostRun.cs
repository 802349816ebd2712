using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Normalise;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Pipelines;

/// <summary>The steps extract, normalise and load: every page is staged in a private file before the dataset is opened.</summary>
public sealed class CostRun(
    IEnumerable<IExtractAdapter> adapters,
    IDatasetWriter datasets,
    RunCredential credentials,
    TimeProvider timeProvider
)
{
    /// <exception cref="PipelineException">The run failed in a way that is known.</exception>
    public async Task RunAsync(Execution execution, CancellationToken cancellationToken)
    {
        var template = execution.Template!;
        var extract = template.Steps.OfType<TemplateStep.Extract>().Single();
        var normalise = template.Steps.OfType<TemplateStep.Normalise>().Single();
        var load = template.Steps.OfType<TemplateStep.Load>().Single();
        if (!DatasetId.TryCreate(execution.Item.TenantDatasetId, out var dataset, out var error))
        {
            throw new PipelineException(ErrorType.InvalidConfiguration, $"tenant_dataset_id {error}.");
        }
        var account = load.SourceAccount.Select(execution.Parameters.Name).FirstOrDefault(name => name is not null);
        execution.Key = new WindowKey(
            template.Provider,
            template.Domain,
            template.Name,
            account
                ?? throw new PipelineException(ErrorType.InvalidConfiguration, "No parameter names the source account.")
        );
        var interval = new Interval(execution.Item.DataIntervalStart, execution.Item.DataIntervalEnd);
        var asked = RunWindow.Decide(template.Window!, execution.Parameters, interval, execution.StartedAt);
        using var staged = StagedLines.Create();
        var read = await execution.StepAsync(
            "extract_normalise",
            () => StageAsync(execution, extract, normalise, asked, staged, cancellationToken),
            _ => (execution.RowsRead, staged.Rows)
        );
        execution.Window = RunWindow.Covered(read, staged.Days);
        await LoadAsync(execution, dataset, load, staged, cancellationToken);
    }

    /// <summary>Reads the source into the staging file; the answer is the window that was read.</summary>
    private async Task<(LocalDate? From, LocalDate? To)> StageAsync(
        Execution execution,
        TemplateStep.Extract extract,
        TemplateStep.Normalise normalise,
        (LocalDate? From, LocalDate? To) asked,
        StagedLines staged,
        CancellationToken cancellationToken
    )
    {
        var adapter = adapters.Single(candidate => candidate.Name == extract.Adapter);
        var options = AdapterOptions.Resolve(adapter, extract, execution.Parameters);
        using var credential = adapter.UsesCredential(options) ? await UnwrapAsync(execution, cancellationToken) : null;
        execution.CredentialUsed = credential is not null;
        var request = new ExtractRequest
        {
            CustomerId = execution.Item.CustomerId,
            Options = options,
            Credential = credential?.Bytes ?? default,
            From = asked.From,
            To = asked.To,
            WorkFolder = staged.Folder,
            CallTimeout = execution.Template!.CallTimeout,
            RunTimeout = execution.Template.RunTimeout,
            EndsAt = execution.StartedAt + execution.Template.RunTimeout,
            ChangedSince = execution.Item.DataIntervalStart,
            TemplateVersion = execution.Template.Version,
            NamesDays = NamesDays(execution),
            Meter = execution.Meter,
        };
        if (Restates(execution.Template.Window!, request.NamesDays))
        {
            (request, asked) = await RestateAsync(execution, adapter, request, asked, cancellationToken);
        }
        var today = execution.StartedAt.InUtc().Date;
        var normaliser = new LineNormaliser(normalise, execution.Key!.Provider, execution.Key.SourceAccountId, today);
        var passOver = execution.Template.Window!.CoversSource;
        if (request.Parts is [])
        {
            staged.Complete();
            return asked;
        }
        await foreach (var page in adapter.ExtractAsync(request, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A page without columns has no rows either: there is nothing to check.
            if (page.Columns.Count > 0)
            {
                normaliser.Use(page);
            }
            execution.Fingerprint = normaliser.Fingerprint;
            execution.Pages++;
            execution.BytesRead += page.BytesRead;
            execution.RowsRead += page.Rows.Count;
            for (var place = 0; place < page.Rows.Count; place++)
            {
                var line = normaliser.Normalise(page.Rows[place], page.FirstRow + place);
                // A source narrowed by parameters has other days too. A source that was asked for its days has not:
                // there the load's guard refuses them.
                if (!passOver || IsAsked(asked, line.UsageDate))
                {
                    staged.Append(line);
                }
            }
        }
        staged.Complete();
        return asked;
    }

    private async Task<OpenedSecret?> UnwrapAsync(Execution execution, CancellationToken cancellationToken)
    {
        using var span = RunSpans.Step("unwrap");
        return await credentials.OpenAsync(execution.Template!, execution.Item, cancellationToken);
    }

    /// <summary>Asks the source what it has changed since its watermark, and fits the window to that.</summary>
    private async Task<(ExtractRequest Request, (LocalDate? From, LocalDate? To) Asked)> RestateAsync(
        Execution execution,
        IExtractAdapter adapter,
        ExtractRequest request,
        (LocalDate? From, LocalDate? To) asked,
        CancellationToken cancellationToken
    )
    {
        var dataset = execution.Item.TenantDatasetId;
        execution.WatermarksBefore = DatasetId.TryCreate(dataset, out var id, out _)
            ? await datasets.WatermarksAsync(id, execution.Key!, cancellationToken)
            : throw new InvalidOperationException("The name was checked before.");
        request = request with { Watermarks = execution.WatermarksBefore };
        if (await adapter.FindChangesAsync(request, cancellationToken) is not { } changes)
        {
            return (request, asked);
        }
        execution.Parts = changes.Parts;
        execution.WatermarksAfter = changes.Watermarks;
        asked = changes.Parts switch
        {
            null => RunWindow.Widen(asked, changes.EarliestDay),
            [] => asked,
            var parts => (parts[0].From, parts[^1].To),
        };
        return (request with { From = asked.From, To = asked.To, Parts = changes.Parts }, asked);
    }

    private static bool NamesDays(Execution execution) =>
        execution.Template!.Window?.FromParameter is { } from && execution.Parameters.Day(from) is not null;

    /// <summary>Days that the run's parameters name are read as they are named; of parts of a source the marks are kept even so.</summary>
    private static bool Restates(WindowRule rule, bool namesDays) =>
        rule.Restate switch
        {
            RestateRule.TouchedDays => !namesDays,
            RestateRule.ChangedParts => true,
            _ => false,
        };

    private async Task LoadAsync(
        Execution execution,
        DatasetId dataset,
        TemplateStep.Load load,
        StagedLines staged,
        CancellationToken cancellationToken
    )
    {
        var now = timeProvider.GetUtcNow().ToInstant();
        var item = execution.Item;
        var request = new LoadRequest
        {
            Dataset = dataset,
            Key = execution.Key!,
            Table = load.Table,
            Window = execution.Window,
            Parts = execution.Parts,
            Watermarks = execution.WatermarksAfter ?? new Dictionary<string, string>(),
            Fence = new LoadFence(
                item.LeaseExpiresAt - Duration.FromSeconds(item.LeaseSeconds),
                item.ScheduledTime,
                item.RetryAttempt,
                item.LeaseEpoch
            ),
            Guards = new LoadGuards(
                load.ShrinkPercent,
                load.ForceParameter is { } force && execution.Parameters.Flag(force)
            ),
            Staged = staged,
            RunId = item.RunId,
            TemplateVersion = execution.Template!.Version,
            IngestedAt = now,
            Record = () => execution.Loaded(staged, now),
        };
        var result = await execution.StepAsync(
            "load",
            async () => LoadOutcome.Require(await datasets.LoadAsync(request, cancellationToken)),
            loaded => (staged.Rows, loaded.Inserted)
        );
        execution.RowsWritten = result.Inserted;
    }

    private static bool IsAsked((LocalDate? From, LocalDate? To) asked, LocalDate day) =>
        (asked.From is null || day >= asked.From) && (asked.To is null || day <= asked.To);
}
