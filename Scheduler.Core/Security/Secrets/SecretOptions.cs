namespace Scheduler.Core.Security.Secrets;

/// <summary>Settings <c>Scheduler:Secrets:*</c>: what the customers' secrets are wrapped with.</summary>
public sealed class SecretOptions
{
    public const string GoogleEndpoint = "https://cloudkms.googleapis.com";

    /// <summary>The full name of a Cloud KMS key. Where it is set, KMS is used; else the key file.</summary>
    public string? KmsKey { get; set; }

    /// <summary>Where Cloud KMS answers. The default value is Google's own address.</summary>
    public string KmsEndpoint { get; set; } = GoogleEndpoint;

    /// <summary>The file of the local key. The default value is beside the database in the API, <c>data/credentials.key</c> elsewhere.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Whether this process makes a missing key file: the one that seals does, one that only opens could not use a new key.</summary>
    public bool MakesKeyFile { get; set; }

    public const string DefaultKeyFile = "data/credentials.key";
}
