namespace Scheduler.Core.Contracts;

/// <summary>What form a credential's secret has.</summary>
[WireCase(upper: true)]
public enum CredentialType
{
    /// <summary>A service account's or application's key, a JSON object.</summary>
    ServiceAccount,

    /// <summary>An access key pair, or a role to assume.</summary>
    AccessKey,

    /// <summary>One text.</summary>
    ApiKey,
}
