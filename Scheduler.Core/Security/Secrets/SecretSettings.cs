using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Scheduler.Core.Security.Secrets;

/// <summary>Checks the settings of secrets when the host starts; every message names the setting.</summary>
internal sealed partial class SecretSettings : IValidateOptions<SecretOptions>
{
    public ValidateOptionsResult Validate(string? name, SecretOptions options) =>
        options.KmsKey is { Length: > 0 } key
            ? Fault("Scheduler__Secrets__KmsKey", KeyFault(key))
                ?? Fault("Scheduler__Secrets__KmsEndpoint", EndpointFault(options))
                ?? ValidateOptionsResult.Success
            : Fault("Scheduler__Secrets__KeyFile", FileFault(options)) ?? ValidateOptionsResult.Success;

    private static ValidateOptionsResult? Fault(string setting, string? fault) =>
        fault is null ? null : ValidateOptionsResult.Fail($"{setting}: {fault}");

    private static string? KeyFault(string key) =>
        KeyName().IsMatch(key)
            ? null
            : "must be a key's full name, projects/…/locations/…/keyRings/…/cryptoKeys/…, without a version.";

    /// <summary>In the clear on this host only: for a stand-in.</summary>
    private static string? EndpointFault(SecretOptions options) =>
        Uri.TryCreate(options.KmsEndpoint, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.PathAndQuery == "/"
            ? null
            : "must be an https address without a path.";

    private static string? FileFault(SecretOptions options)
    {
        var path = options.KeyFile ?? SecretOptions.DefaultKeyFile;
        try
        {
            if (options.MakesKeyFile)
            {
                LocalKeyFile.Ensure(path);
            }
            // A process that only opens starts without it: it may have no pipeline that needs a credential.
            if (File.Exists(path))
            {
                LocalKeyFile.Read(path);
            }
            return null;
        }
        catch (InvalidDataException broken)
        {
            return broken.Message;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"the file {path} cannot be used.";
        }
    }

    [GeneratedRegex(
        @"\Aprojects/[\w.:-]+/locations/[\w-]+/keyRings/[\w-]+/cryptoKeys/[\w-]+\z",
        RegexOptions.ECMAScript
    )]
    private static partial Regex KeyName();
}
