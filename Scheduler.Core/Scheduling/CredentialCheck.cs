using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// Judges the credential of a pipeline when it is configured, rather than at its first run. Not a guard of the write: credentials come
/// and go afterwards too, and the run decides by those of its time.
/// </summary>
public sealed class CredentialCheck(CredentialStore credentials)
{
    /// <summary>What is wrong with the credential that is named or left out; null when nothing is.</summary>
    public async Task<ConfigureResult?> FaultAsync(
        string customerId,
        string? credentialId,
        PipelineTemplate template,
        CancellationToken cancellationToken
    )
    {
        var need = CredentialNeed.TryParse(template.Credential);
        if (credentialId is null)
        {
            var isAmbiguous =
                need is { IsRequired: true }
                && (await credentials.ListOfProviderAsync(customerId, template.Provider, cancellationToken)).Count > 1;
            return isAmbiguous ? new ConfigureResult.AmbiguousCredential() : null;
        }
        var named = await credentials.GetAsync(customerId, credentialId, cancellationToken);
        return need?.Type is not { } type ? new ConfigureResult.WrongCredential($"{template.Name} uses no credential.")
            : named is not { IsActive: true } || named.Provider != template.Provider
                ? new ConfigureResult.WrongCredential($"Is not an active credential of {template.Provider}.")
            : named.CredentialType != type ? new ConfigureResult.WrongCredential($"Must be of type {Wire.Name(type)}.")
            : null;
    }
}
