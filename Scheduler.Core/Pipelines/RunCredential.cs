using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Core.Pipelines;

/// <summary>Opens the credential of a run, in the process that runs it and for as long as the extraction takes.</summary>
public sealed class RunCredential(SecretVault vault)
{
    /// <summary>Null where the template's extraction uses none, or may do without and there is none.</summary>
    /// <exception cref="PipelineException">There is none, it is of another kind, or its envelope does not open.</exception>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now.</exception>
    public async Task<OpenedSecret?> OpenAsync(
        PipelineTemplate template,
        LeaseItem item,
        CancellationToken cancellationToken
    )
    {
        if (CredentialNeed.TryParse(template.Credential) is not { Type: { } type } need)
        {
            return null;
        }
        if (item.Credential is not { } envelope)
        {
            return need.IsRequired
                ? throw Invalid(
                    $"The pipeline needs a credential of {template.Provider}: exactly one that is active and not INVALID, or one that it names."
                )
                : null;
        }
        if (envelope.Provider != template.Provider || envelope.CredentialType != Wire.Name(type))
        {
            throw Invalid(
                $"Credential {envelope.CredentialId} is {envelope.CredentialType} of {envelope.Provider}; the pipeline needs {Wire.Name(type)} of {template.Provider}."
            );
        }
        try
        {
            var bytes = Convert.FromBase64String(envelope.EncryptedCredentials);
            var binding = new SecretBinding(item.CustomerId, envelope.CredentialId, envelope.Provider);
            return await vault.OpenAsync(binding, bytes, cancellationToken);
        }
        catch (Exception exception) when (exception is SecretUnreadableException or FormatException)
        {
            throw new PipelineException(
                ErrorType.InvalidConfiguration,
                $"Credential {envelope.CredentialId} does not open here: rotate it, or look at the worker's key.",
                inner: exception
            );
        }
    }

    private static PipelineException Invalid(string message) => new(ErrorType.InvalidConfiguration, message);
}
