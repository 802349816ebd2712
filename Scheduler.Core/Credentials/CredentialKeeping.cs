using System.Security.Cryptography;
using System.Text.Json;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Credentials;

/// <summary>Takes customers' credentials in: checked, sealed, stored. It opens none.</summary>
public sealed class CredentialKeeping(
    CredentialStore credentials,
    SecretVault vault,
    TemplateCatalog templates,
    OperationClock clock,
    IIdSource ids
)
{
    /// <param name="customerId">Whose credential.</param>
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now; nothing was stored.</exception>
    public async Task<CredentialResult> CreateAsync(
        string customerId,
        CreateCredentialRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var provider = templates.ProviderOf(request.Provider);
        if (SecretForm.Check(provider, request.CredentialType, request.Credentials) is { Count: > 0 } faults)
        {
            return new CredentialResult.WrongSecret(faults);
        }
        var now = await clock.ReadAsync(cancellationToken);
        var id = ids.NewId(now);
        var credential = new NewCredential
        {
            CredentialId = id,
            CustomerId = customerId,
            Provider = provider,
            CredentialType = request.CredentialType,
            CredentialName = request.CredentialName,
            Secret = await SealAsync(new(customerId, id, provider), request.Credentials, cancellationToken),
            ProjectId = request.ProjectId ?? ProjectOf(request),
            AccountId = request.AccountId,
            Region = request.Region,
            Scopes = request.Scopes ?? [],
        };
        return await credentials.CreateAsync(credential, new(ids.NewId(now), actor), now, cancellationToken);
    }

    /// <param name="customerId">Whose credential.</param>
    /// <param name="credentialId">Which one.</param>
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now; nothing was changed.</exception>
    public async Task<CredentialResult> UpdateAsync(
        string customerId,
        string credentialId,
        UpdateCredentialRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        // Provider and type never change, so what the secret is checked and sealed for cannot be stale.
        if (await credentials.GetAsync(customerId, credentialId, cancellationToken) is not { } known)
        {
            return new CredentialResult.NotFound();
        }
        SealedSecret? secret = null;
        if (request.Credentials is { } given)
        {
            if (SecretForm.Check(known.Provider, known.CredentialType, given) is { Count: > 0 } faults)
            {
                return new CredentialResult.WrongSecret(faults);
            }
            secret = await SealAsync(new(customerId, credentialId, known.Provider), given, cancellationToken);
        }
        var change = new CredentialChange
        {
            CredentialName = request.CredentialName,
            Secret = secret,
            ProjectId = request.ProjectId,
            AccountId = request.AccountId,
            Region = request.Region,
            Scopes = request.Scopes,
        };
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return await credentials.UpdateAsync(customerId, credentialId, change, stamp, now, cancellationToken);
    }

    /// <summary>Switches a credential off for good. Null when the customer has no such credential.</summary>
    public async Task<StoredCredential?> DeleteAsync(
        string customerId,
        string credentialId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return await credentials.DeactivateAsync(customerId, credentialId, stamp, now, cancellationToken);
    }

    private async Task<SealedSecret> SealAsync(
        SecretBinding binding,
        JsonElement secret,
        CancellationToken cancellationToken
    )
    {
        var bytes = SecretForm.Bytes(secret);
        try
        {
            return await vault.SealAsync(binding, bytes, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static string? ProjectOf(CreateCredentialRequest request) =>
        request.CredentialType == CredentialType.ServiceAccount
        && request.Credentials.TryGetProperty("project_id", out var project)
            ? project.GetString()
            : null;
}
