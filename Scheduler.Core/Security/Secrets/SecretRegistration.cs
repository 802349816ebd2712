using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scheduler.Core.Google;
using Scheduler.Core.Security.Secrets.Kms;

namespace Scheduler.Core.Security.Secrets;

/// <summary>Registers what seals and opens secrets.</summary>
public static class SecretRegistration
{
    /// <summary>Binds <c>Scheduler:Secrets:*</c>. They are checked when the host starts.</summary>
    public static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<SecretOptions>, SecretSettings>();
        services
            .AddOptions<SecretOptions>()
            .Bind(configuration.GetSection("Scheduler:Secrets"))
            // Blank is unset, as everywhere.
            .PostConfigure(options =>
            {
                options.KmsKey = Given(options.KmsKey);
                options.KeyFile = Given(options.KeyFile);
                options.KmsEndpoint = Given(options.KmsEndpoint) ?? SecretOptions.GoogleEndpoint;
            })
            .ValidateOnStart();
        services.AddSingleton(CreateCipher);
        services.AddSingleton<SecretVault>();
        return services;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static ISecretCipher CreateCipher(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<SecretOptions>>().Value;
        return options.KmsKey is { Length: > 0 } key
            ? new KmsSecretCipher(
                KmsClient.Create(new Uri(options.KmsEndpoint), new GoogleTokens(GoogleTokens.KmsScope)),
                key,
                provider.GetRequiredService<TimeProvider>()
            )
            : new LocalSecretCipher(options.KeyFile ?? SecretOptions.DefaultKeyFile);
    }
}
