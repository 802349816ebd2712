namespace Scheduler.Core.Credentials;

/// <summary>What became of a request to make or change a credential.</summary>
public abstract record CredentialResult
{
    private CredentialResult() { }

    public sealed record Done(StoredCredential Credential) : CredentialResult;

    /// <summary>No such customer, or no such credential of it.</summary>
    public sealed record NotFound : CredentialResult;

    /// <summary>It was deleted, and stays so.</summary>
    public sealed record Deleted : CredentialResult;

    /// <summary>Another credential of the provider has the name.</summary>
    public sealed record NameTaken : CredentialResult;

    /// <summary>The provider would be one more than the plan allows.</summary>
    public sealed record ProviderLimit : CredentialResult;

    /// <param name="Errors">What is wrong with the secret, by field; never the secret itself.</param>
    public sealed record WrongSecret(IReadOnlyList<SecretFault> Errors) : CredentialResult;
}
