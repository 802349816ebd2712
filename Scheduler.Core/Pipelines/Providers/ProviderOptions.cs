namespace Scheduler.Core.Pipelines.Providers;

/// <summary>Settings <c>Scheduler:Providers:*</c>: where the providers answer, and how much of them is read.</summary>
public sealed class ProviderOptions
{
    /// <summary>The default value is OpenAI's API.</summary>
    public ProviderEndpoint OpenAi { get; set; } = ProviderEndpoint.Public("https://api.openai.com/");

    /// <summary>The default value is Anthropic's API.</summary>
    public ProviderEndpoint Claude { get; set; } = ProviderEndpoint.Public("https://api.anthropic.com/");

    /// <summary>Cost Explorer. The default value is its one endpoint of the commercial partition.</summary>
    public ProviderEndpoint AwsCostExplorer { get; set; } =
        ProviderEndpoint.Public("https://ce.us-east-1.amazonaws.com/");

    /// <summary>The Security Token Service, for roles. The default value is that of us-east-1.</summary>
    public ProviderEndpoint AwsSts { get; set; } = ProviderEndpoint.Public("https://sts.us-east-1.amazonaws.com/");

    /// <summary>S3. The default value is null: that of the region that a pipeline names.</summary>
    public ProviderEndpoint? AwsS3 { get; set; }

    /// <summary>The region that calls to Cost Explorer and STS are signed for. The default value is us-east-1.</summary>
    public string AwsRegion { get; set; } = "us-east-1";

    /// <summary>Azure Resource Manager. The default value is that of the public cloud.</summary>
    public ProviderEndpoint AzureManagement { get; set; } = ProviderEndpoint.Public("https://management.azure.com/");

    /// <summary>Microsoft Entra ID. The default value is that of the public cloud.</summary>
    public ProviderEndpoint AzureAuthority { get; set; } =
        ProviderEndpoint.Public("https://login.microsoftonline.com/");

    /// <summary>Blob Storage. The default value is null: that of the storage account that a pipeline names.</summary>
    public ProviderEndpoint? AzureBlob { get; set; }

    /// <summary>BigQuery. The default value is Google's.</summary>
    public ProviderEndpoint GcpBigQuery { get; set; } = ProviderEndpoint.Public("https://bigquery.googleapis.com/");

    /// <summary>Cloud Storage. The default value is Google's.</summary>
    public ProviderEndpoint GcpStorage { get; set; } = ProviderEndpoint.Public("https://storage.googleapis.com/");

    /// <summary>Security Command Center. The default value is Google's.</summary>
    public ProviderEndpoint GcpSecurityCenter { get; set; } =
        ProviderEndpoint.Public("https://securitycenter.googleapis.com/");

    /// <summary>Where service accounts get their tokens, whatever their key files say. The default value is Google's.</summary>
    public ProviderEndpoint GcpToken { get; set; } = ProviderEndpoint.Public("https://oauth2.googleapis.com/");

    /// <summary>Most bytes of one response. The default value is 32 MiB.</summary>
    public long MaxResponseBytes { get; set; } = 32L << 20;

    /// <summary>Most bytes of all responses of one run. The default value is 1 GiB.</summary>
    public long MaxRunBytes { get; set; } = 1L << 30;

    /// <summary>Most pages of one run. The default value is 1,000.</summary>
    public int MaxPages { get; set; } = 1000;
}
