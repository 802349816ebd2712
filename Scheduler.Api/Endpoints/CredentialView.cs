using Scheduler.Core.Contracts;
using Scheduler.Core.Credentials;

namespace Scheduler.Api.Endpoints;

/// <summary>A stored credential in the words of the API.</summary>
internal static class CredentialView
{
    public static CredentialResponse Of(StoredCredential credential) =>
        new()
        {
            CredentialId = credential.CredentialId,
            CustomerId = credential.CustomerId,
            Provider = credential.Provider,
            CredentialType = credential.CredentialType,
            CredentialName = credential.CredentialName,
            ProjectId = credential.ProjectId,
            AccountId = credential.AccountId,
            Region = credential.Region,
            Scopes = credential.Scopes,
            ValidationStatus = credential.ValidationStatus,
            ValidationError = credential.ValidationError,
            LastValidatedAt = credential.LastValidatedAt,
            IsActive = credential.IsActive,
            KmsKeyVersion = credential.KmsKeyVersion,
            CreatedAt = credential.CreatedAt,
            UpdatedAt = credential.UpdatedAt,
            CreatedBy = credential.CreatedBy,
            UpdatedBy = credential.UpdatedBy,
            LastUsedAt = credential.LastUsedAt,
            UsageCount = credential.UsageCount,
        };
}
