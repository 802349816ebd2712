using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Credentials;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Core.Storage;

/// <summary>The customers' credentials. Envelopes go in here, and out only to leases and to what wraps them anew.</summary>
public sealed class CredentialStore(ISqlEngine engine)
{
    /// <summary>Stores a credential, unless its name is in use or its provider would be one too many.</summary>
    public async Task<CredentialResult> CreateAsync(
        NewCredential credential,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("credentials", "create"),
            new SqlArguments()
                .With("credentialId", credential.CredentialId)
                .With("customerId", credential.CustomerId)
                .With("provider", credential.Provider)
                .With("type", Wire.Name(credential.CredentialType))
                .With("name", credential.CredentialName)
                .With("envelope", credential.Secret.Envelope)
                .With("keyVersion", credential.Secret.KeyVersion)
                .With("projectId", credential.ProjectId)
                .With("accountId", credential.AccountId)
                .With("region", credential.Region)
                .With("scopes", JsonSerializer.Serialize(credential.Scopes))
                .With(stamp)
                .With("now", now),
            Outcome,
            cancellationToken
        );

    /// <summary>A page of a customer's credentials in the order of their making, after the given one.</summary>
    public Task<IReadOnlyList<StoredCredential>> ListAsync(
        string customerId,
        bool? isActive,
        string? afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("credentials", "list"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("isActive", isActive)
                .With("afterId", afterId ?? "")
                .With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>Null when the customer has no such credential.</summary>
    public async Task<StoredCredential?> GetAsync(
        string customerId,
        string credentialId,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("credentials", "get"),
            new SqlArguments().With("customerId", customerId).With("credentialId", credentialId),
            Map,
            cancellationToken
        );

    /// <summary>Changes what is given.</summary>
    public async Task<CredentialResult> UpdateAsync(
        string customerId,
        string credentialId,
        CredentialChange change,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("credentials", "update"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("credentialId", credentialId)
                .With("name", change.CredentialName)
                .With("envelope", change.Secret?.Envelope)
                .With("keyVersion", change.Secret?.KeyVersion)
                .With("projectId", change.ProjectId)
                .With("accountId", change.AccountId)
                .With("region", change.Region)
                .With("scopes", change.Scopes is { } scopes ? JsonSerializer.Serialize(scopes) : null)
                .With(stamp)
                .With("now", now),
            Outcome,
            cancellationToken
        ) ?? new CredentialResult.NotFound();

    /// <summary>Switches a credential off. Null when the customer has no such credential.</summary>
    public async Task<StoredCredential?> DeactivateAsync(
        string customerId,
        string credentialId,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("credentials", "deactivate"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("credentialId", credentialId)
                .With(stamp)
                .With("now", now),
            Map,
            cancellationToken
        );

    /// <summary>The active credentials of a provider, at most two: enough to see whether there is exactly one.</summary>
    public Task<IReadOnlyList<StoredCredential>> ListOfProviderAsync(
        string customerId,
        string provider,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("credentials", "list_of_provider"),
            new SqlArguments().With("customerId", customerId).With("provider", provider),
            Map,
            cancellationToken
        );

    /// <summary>A page of envelopes that are not under the newest key version.</summary>
    public Task<IReadOnlyList<OutdatedSecret>> ListOutdatedAsync(
        string newestVersion,
        string? afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("credentials", "list_outdated"),
            new SqlArguments().With("newest", newestVersion).With("afterId", afterId ?? "").With("limit", limit),
            row => new OutdatedSecret(
                new SecretBinding(row.Text("customer_id"), row.Text("credential_id"), row.Text("provider")),
                row.Bytes("encrypted_credentials")
            ),
            cancellationToken
        );

    /// <summary>Replaces envelopes that are still the ones that were read. Returns the ids of those that were.</summary>
    public Task<IReadOnlyList<string>> RewrapAsync(
        IReadOnlyList<RewrappedSecret> secrets,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("credentials", "rewrap"),
            new SqlArguments().WithRows("rows", secrets),
            row => row.Text("id"),
            cancellationToken
        );

    private static CredentialResult Outcome(SqlRow row) =>
        row.TextOrNull("refusal") switch
        {
            null => new CredentialResult.Done(Map(row)),
            "NO_CUSTOMER" => new CredentialResult.NotFound(),
            "DELETED" => new CredentialResult.Deleted(),
            "NAME_TAKEN" => new CredentialResult.NameTaken(),
            "PROVIDER_LIMIT" => new CredentialResult.ProviderLimit(),
            var other => throw new FormatException($"Unknown refusal '{other}'."),
        };

    private static StoredCredential Map(SqlRow row) =>
        new()
        {
            CredentialId = row.Text("credential_id"),
            CustomerId = row.Text("customer_id"),
            Provider = row.Text("provider"),
            CredentialType = row.Word<CredentialType>("credential_type"),
            CredentialName = row.Text("credential_name"),
            ProjectId = row.TextOrNull("project_id"),
            AccountId = row.TextOrNull("account_id"),
            Region = row.TextOrNull("region"),
            Scopes = row.Texts("scopes"),
            KmsKeyVersion = row.Text("kms_key_version"),
            ValidationStatus = row.WordOrNull<ValidationStatus>("validation_status") ?? ValidationStatus.Pending,
            ValidationError = row.TextOrNull("validation_error"),
            LastValidatedAt = row.AtOrNull("last_validated_at"),
            IsActive = row.Bool("is_active"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            CreatedBy = row.Text("created_by"),
            UpdatedBy = row.TextOrNull("updated_by"),
            LastUsedAt = row.AtOrNull("last_used_at"),
            UsageCount = row.Int64("usage_count"),
        };
}
