using System.Security.Cryptography;
using System.Text;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;

namespace Scheduler.Core.ProviderConfigs;

/// <summary>Makes a customer's defaults for a provider and domain, and changes them.</summary>
public sealed class ProviderConfiguration(
    ProviderConfigStore configs,
    SecretVault vault,
    TemplateCatalog templates,
    OperationClock clock,
    IIdSource ids
)
{
    /// <param name="customerId">Whose defaults.</param>
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CipherUnavailableException">The webhook could not be sealed; nothing was stored.</exception>
    public async Task<ProviderConfigResult> CreateAsync(
        string customerId,
        CreateProviderConfigRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var (provider, domain) = (templates.ProviderOf(request.Provider), request.Domain.ToUpperInvariant());
        if (Refusal(provider, domain, request) is { } refusal)
        {
            return refusal;
        }
        var now = await clock.ReadAsync(cancellationToken);
        var config = new ProviderConfigIdentity(ids.NewId(now), customerId, provider, domain);
        var webhook = await SealAsync(config, request.SlackWebhookUrl, cancellationToken);
        var name = request.ConfigName ?? $"{provider} {domain}";
        return await configs.CreateAsync(
            config,
            name,
            request,
            webhook,
            new(ids.NewId(now), actor),
            now,
            cancellationToken
        );
    }

    /// <param name="customerId">Whose defaults.</param>
    /// <param name="configId">Which ones.</param>
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CipherUnavailableException">The webhook could not be sealed; nothing was changed.</exception>
    public async Task<ProviderConfigResult> UpdateAsync(
        string customerId,
        string configId,
        UpdateProviderConfigRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        // Provider and domain never change, so what the parameters are checked for cannot be stale.
        if (await configs.GetAsync(customerId, configId, cancellationToken) is not { } known)
        {
            return new ProviderConfigResult.NotFound();
        }
        if (Refusal(known.Provider, known.Domain, request) is { } refusal)
        {
            return refusal;
        }
        var config = new ProviderConfigIdentity(configId, customerId, known.Provider, known.Domain);
        var webhook = await SealAsync(config, request.SlackWebhookUrl, cancellationToken);
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return await configs.UpdateAsync(config, request, webhook, stamp, now, cancellationToken) is { } changed
            ? new ProviderConfigResult.Done(changed)
            : new ProviderConfigResult.NotFound();
    }

    private ProviderConfigResult? Refusal(string provider, string domain, ProviderConfigFields fields)
    {
        var zone = fields.ScheduleTimezone is { Length: > 0 } given ? given : "UTC";
        if (TimeZones.Find(zone) is TimeZoneResult.Unknown unknown)
        {
            return new ProviderConfigResult.WrongSchedule("timezone", unknown.Message);
        }
        if (
            fields.ScheduleCron is { Length: > 0 } cron
            && Schedule.Create(cron, zone, DstPolicy.Default) is ScheduleResult.Invalid wrong
        )
        {
            return new ProviderConfigResult.WrongSchedule(wrong.Part, wrong.Message);
        }
        var own = templates.All.Where(template => template.Provider == provider && template.Domain == domain);
        return
            fields.DefaultParameters is { } parameters
            && DefaultParameters.Check([.. own], parameters) is { Count: > 0 } errors
            ? new ProviderConfigResult.WrongParameters(errors)
            : null;
    }

    /// <summary>Null for a webhook that is not given, not changed or removed.</summary>
    private async Task<SealedSecret?> SealAsync(
        ProviderConfigIdentity config,
        string? webhook,
        CancellationToken cancellationToken
    )
    {
        if (webhook is null or "" or ProviderConfigFields.Masked)
        {
            return null;
        }
        var bytes = Encoding.UTF8.GetBytes(webhook);
        try
        {
            var binding = SecretBinding.SlackWebhook(config.CustomerId, config.ConfigId);
            return await vault.SealAsync(binding, bytes, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
