using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Import;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Pipelines are made and changed by their key: one of a customer's provider, domain, template and name.</summary>
internal sealed class ModelPipelines(ModelStore store)
{
    public static string DefaultsKey(string customerId, string provider, string domain) =>
        $"{customerId}\n{provider}\n{domain}";

    public IReadOnlyList<ModelRow> Configure(ModelArguments arguments)
    {
        var now = arguments.At("now");
        var row = new ImportRow
        {
            Nth = 0,
            ConfigId = arguments.Text("configId"),
            CustomerId = arguments.Text("customerId"),
            Provider = arguments.Text("provider"),
            Domain = arguments.Text("domain"),
            PipelineTemplate = arguments.Text("template"),
            PipelineName = arguments.Text("name"),
            IsActive = arguments.Bool("isActive"),
            ScheduleType = Wire.Parse<Core.Scheduling.ScheduleType>(arguments.Text("scheduleType")),
            ScheduleCron = arguments.Text("cron"),
            Timezone = arguments.Text("timezone"),
            NextRunTime = arguments.AtOrNull("nextRunTime"),
            Priority = (int)arguments.Integer("priority"),
            CredentialId = arguments.TextOrNull("credentialId"),
            Parameters = arguments.TextOrNull("parameters"),
            RetryConfig = arguments.TextOrNull("retryConfig"),
            MisfirePolicy = Wire.Parse<Core.Scheduling.MisfirePolicy>(arguments.Text("misfirePolicy")),
            OverlapPolicy = Wire.Parse<Core.Scheduling.OverlapPolicy>(arguments.Text("overlapPolicy")),
            DstPolicy = Wire.Parse<Core.Time.DstPolicy>(arguments.Text("dstPolicy")),
            SpreadSeconds = (int)arguments.Integer("spreadSeconds"),
            NotificationEmails = arguments.Text("notificationEmails"),
            Description = arguments.TextOrNull("description"),
        };
        var customer =
            store.Customer(row.CustomerId) ?? throw new InvalidOperationException($"No customer {row.CustomerId}.");
        var pipeline = Find(customer, row);
        if (pipeline is null && customer.Pipelines.Count >= arguments.Integer("maxConfigs"))
        {
            return [];
        }
        pipeline = Write(customer, pipeline, row, arguments.Text("actor"), now);
        return [ModelPipeline.Row(pipeline, isNew: pipeline.ConfigId == row.ConfigId)];
    }

    /// <summary>As <see cref="Configure"/> does, line by line; what is refused leaves the others alone.</summary>
    public IReadOnlyList<ModelRow> Import(IReadOnlyList<ImportRow> rows, long maxConfigs, string actor, Instant now) =>
        [.. rows.OrderBy(row => row.Nth).Select(row => Import(row, maxConfigs, actor, now))];

    public IReadOnlyList<ModelRow> List(string customerId, bool? isActive, string afterId, long limit) =>
        store.Customer(customerId) is { } customer
            ?
            [
                .. customer
                    .Pipelines.Values.Where(pipeline =>
                        (isActive is null || pipeline.IsActive == isActive)
                        && string.CompareOrdinal(pipeline.ConfigId, afterId) > 0
                    )
                    .Take((int)limit)
                    .Select(pipeline => ModelPipeline.Row(pipeline)),
            ]
            : [];

    public IReadOnlyList<ModelRow> Get(string customerId, string configId) =>
        Find(customerId, configId) is { } pipeline ? [ModelPipeline.Row(pipeline)] : [];

    public IReadOnlyList<ModelRow> Deactivate(string customerId, string configId, Instant now)
    {
        if (Find(customerId, configId) is { IsActive: true } pipeline)
        {
            store.Change(pipeline, () => pipeline.IsActive = false);
            pipeline.UpdatedAt = now;
        }
        return Get(customerId, configId);
    }

    public IReadOnlyList<ModelRow> SetPause(
        string customerId,
        string configId,
        Instant until,
        string? by,
        string? reason,
        Instant now
    )
    {
        if (Find(customerId, configId) is { IsActive: true } pipeline && (until > now || pipeline.IsPaused(now)))
        {
            if (pipeline.IsPaused(now))
            {
                var held = pipeline.Open.Where(item =>
                    item.State == ModelItemState.Queued && item.VisibleAt == pipeline.PausedUntil
                );
                foreach (var item in held.ToList())
                {
                    store.Change(item, () => item.VisibleAt = until);
                }
            }
            pipeline.PausedUntil = until;
            pipeline.PausedBy = by;
            pipeline.PauseReason = reason;
            pipeline.UpdatedAt = now;
            if (pipeline.Customer.Share is { IsReady: false } share)
            {
                share.ReadyAt = Instant.Min(share.ReadyAt, until);
            }
        }
        return Get(customerId, configId);
    }

    private ModelPipeline? Find(string customerId, string configId) =>
        store.Customer(customerId)?.Pipelines.GetValueOrDefault(configId);

    private static ModelPipeline? Find(ModelCustomer customer, ImportRow row) =>
        customer.Pipelines.Values.FirstOrDefault(pipeline =>
            pipeline.Provider == row.Provider
            && pipeline.Domain == row.Domain
            && pipeline.Template == row.PipelineTemplate
            && pipeline.Name == row.PipelineName
        );

    private ModelRow Import(ImportRow row, long maxConfigs, string actor, Instant now)
    {
        var customer = store.Customer(row.CustomerId);
        var known = customer is null ? null : Find(customer, row);
        var refusal =
            customer is null ? "NO_CUSTOMER"
            : known is null && customer.Pipelines.Count >= maxConfigs ? "TOO_MANY"
            : null;
        var before = known is null ? null : Audited(known);
        var written = refusal is null ? Write(customer!, known, row, actor, now) : null;
        var status =
            refusal is not null ? "refused"
            : known is null ? "created"
            : Audited(written!) == before ? "unchanged"
            : "changed";
        return new ModelRow(column =>
            column switch
            {
                "nth" => row.Nth,
                "config_id" => written?.ConfigId ?? row.ConfigId,
                "is_active" => row.IsActive,
                "status" => status,
                "refusal" => refusal,
                _ => ModelRow.Unknown(column),
            }
        );
    }

    private ModelPipeline Write(ModelCustomer customer, ModelPipeline? known, ImportRow row, string actor, Instant now)
    {
        var pipeline =
            known
            ?? new ModelPipeline
            {
                ConfigId = row.ConfigId,
                Customer = customer,
                Provider = row.Provider,
                Domain = row.Domain,
                Template = row.PipelineTemplate,
                Name = row.PipelineName,
                CreatedAt = now,
                CreatedBy = actor,
            };
        if (known is null)
        {
            Set(pipeline, row, now);
            store.Add(pipeline);
        }
        else
        {
            store.Change(pipeline, () => Set(pipeline, row, now));
        }
        if (pipeline.IsActive)
        {
            store.Resolve("SCHEDULE_SET_ASIDE", pipeline.ConfigId, now);
        }
        return pipeline;
    }

    /// <summary>The next time moves only when the schedule changes or the pipeline comes back to life.</summary>
    private static void Set(ModelPipeline pipeline, ImportRow row, Instant now)
    {
        var comesBack = !pipeline.IsActive && row.IsActive;
        var dstPolicy = Wire.Name(row.DstPolicy);
        if (
            comesBack
            || pipeline.NextRunTime is null
            || pipeline.Cron != row.ScheduleCron
            || pipeline.Timezone != row.Timezone
            || pipeline.DstPolicy != dstPolicy
        )
        {
            pipeline.NextRunTime = row.NextRunTime is { } next ? Core.Storage.Microseconds.ToMicroseconds(next) : null;
        }
        if (comesBack && pipeline.PausedUntil is null)
        {
            pipeline.PauseReason = null;
        }
        pipeline.IsActive = row.IsActive;
        pipeline.ScheduleType = Wire.Name(row.ScheduleType);
        pipeline.Cron = row.ScheduleCron;
        pipeline.Timezone = row.Timezone;
        pipeline.DstPolicy = dstPolicy;
        pipeline.MisfirePolicy = Wire.Name(row.MisfirePolicy);
        pipeline.OverlapPolicy = Wire.Name(row.OverlapPolicy);
        pipeline.Priority = row.Priority;
        pipeline.CredentialId = row.CredentialId;
        pipeline.Parameters = row.Parameters;
        pipeline.RetryConfig = row.RetryConfig;
        pipeline.SpreadSeconds = row.SpreadSeconds;
        pipeline.NotificationEmails = row.NotificationEmails;
        pipeline.Description = row.Description;
        pipeline.UpdatedAt = now;
    }

    /// <summary>What makes two states of a pipeline differ to its owner.</summary>
    private static string Audited(ModelPipeline it) =>
        string.Join(
            '\n',
            it.IsActive,
            it.Cron,
            it.Timezone,
            it.Priority,
            it.CredentialId,
            it.Parameters,
            it.RetryConfig,
            it.MisfirePolicy,
            it.OverlapPolicy,
            it.DstPolicy,
            it.SpreadSeconds,
            it.PausedUntil,
            it.PauseReason,
            it.NotificationEmails,
            it.Description
        );
}
