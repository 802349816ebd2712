namespace Scheduler.Core.Contracts;

/// <summary>Body of PUT /api/v1/customers/{id}/provider-configs/{config_id}: what is left out stays; an empty text or list clears.</summary>
public sealed record UpdateProviderConfigRequest : ProviderConfigFields
{
    [Text(1, 200)]
    public string? ConfigName { get; init; }

    // A record's own text would print the webhook.
    public override string ToString() => nameof(UpdateProviderConfigRequest);
}
