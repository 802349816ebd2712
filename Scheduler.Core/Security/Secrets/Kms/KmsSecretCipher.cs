using System.Net;
using System.Text.Json;
using Refit;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>
/// Wraps data keys with a Cloud KMS key. Every byte is covered by a checksum on its way there and back; an answer whose
/// checksums differ is thrown away and asked for again. What fails for good fails the call.
/// </summary>
internal sealed class KmsSecretCipher(IKmsApi api, string key, TimeProvider time) : ISecretCipher
{
    public const int Tries = 3;

    /// <summary>Longest time of one try.</summary>
    public static readonly TimeSpan TryWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public async Task<WrappedKey> WrapAsync(
        ReadOnlyMemory<byte> dataKey,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    )
    {
        var request = new KmsEncryptRequest
        {
            Plaintext = dataKey.ToArray(),
            PlaintextCrc32c = Crc32C.Text(dataKey.Span),
            AdditionalAuthenticatedData = associatedData.ToArray(),
            AdditionalAuthenticatedDataCrc32c = Crc32C.Text(associatedData.Span),
        };
        try
        {
            var answer = await AskAsync(
                token => api.EncryptAsync(key, request, token),
                IsWhole,
                decrypts: false,
                cancellationToken
            );
            return new WrappedKey(answer.Ciphertext!, answer.Name!);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(request.Plaintext);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    )
    {
        var request = new KmsDecryptRequest
        {
            Ciphertext = wrapped.ToArray(),
            CiphertextCrc32c = Crc32C.Text(wrapped.Span),
            AdditionalAuthenticatedData = associatedData.ToArray(),
            AdditionalAuthenticatedDataCrc32c = Crc32C.Text(associatedData.Span),
        };
        var answer = await AskAsync(
            token => api.DecryptAsync(key, request, token),
            IsWhole,
            decrypts: true,
            cancellationToken
        );
        return answer.Plaintext!;
    }

    /// <inheritdoc/>
    /// <remarks>Asked by wrapping something: that takes no permission beside the one that sealing has.</remarks>
    public async Task<string> NewestVersionAsync(CancellationToken cancellationToken) =>
        (await WrapAsync(new byte[1], new byte[1], cancellationToken)).KeyVersion;

    private static bool IsWhole(KmsEncryptResponse answer) =>
        answer is { Name.Length: > 0, Ciphertext.Length: > 0, VerifiedPlaintextCrc32c: true }
        && answer.VerifiedAdditionalAuthenticatedDataCrc32c
        && answer.CiphertextCrc32c == Crc32C.Text(answer.Ciphertext);

    private static bool IsWhole(KmsDecryptResponse answer) =>
        answer.Plaintext is { Length: > 0 } plaintext && answer.PlaintextCrc32c == Crc32C.Text(plaintext);

    private async Task<T> AskAsync<T>(
        Func<CancellationToken, Task<IApiResponse<T>>> call,
        Func<T, bool> isWhole,
        bool decrypts,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var pause = FirstPause;
        for (var number = 1; ; number++, pause *= 2)
        {
            var (answer, failure) = await TryAsync(call, isWhole, decrypts, cancellationToken);
            if (answer is not null)
            {
                return answer;
            }
            if (number == Tries)
            {
                throw failure!;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>The answer, or why another try may help; what no try helps throws.</summary>
    private async Task<(T? Answer, CipherUnavailableException? Failure)> TryAsync<T>(
        Func<CancellationToken, Task<IApiResponse<T>>> call,
        Func<T, bool> isWhole,
        bool decrypts,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var patience = new CancellationTokenSource(TryWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await call(either.Token);
            if (response is { IsSuccessful: true, Content: { } content })
            {
                return isWhole(content)
                    ? (content, null)
                    : (null, new("Cloud KMS answered with bytes that do not fit their checksums."));
            }
            return (null, Refused(response, decrypts));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new($"Cloud KMS did not answer within {TryWithin.TotalSeconds:0} s."));
        }
        catch (Exception exception)
            when (exception is HttpRequestException or ApiRequestException or IOException or JsonException)
        {
            return (null, new("Cloud KMS could not be reached.", exception));
        }
    }

    private static CipherUnavailableException Refused<T>(IApiResponse<T> response, bool decrypts)
    {
        if (Unavailable(response.Error) is { } known)
        {
            throw known;
        }
        if (response.StatusCode is not { } status || response.IsSuccessStatusCode)
        {
            return new("Cloud KMS could not be reached, or its answer not read.");
        }
        var failure = new CipherUnavailableException($"Cloud KMS answered {(int)status}.");
        if (
            status
            is HttpStatusCode.TooManyRequests
                or HttpStatusCode.RequestTimeout
                or >= HttpStatusCode.InternalServerError
        )
        {
            return failure;
        }
        // INVALID_ARGUMENT to a decrypt is a wrong ciphertext or wrong associated data; a version that was disabled is not.
        throw decrypts && status == HttpStatusCode.BadRequest && Status(response) == "INVALID_ARGUMENT"
            ? new SecretUnreadableException("Cloud KMS does not open this envelope here.")
            : failure;
    }

    /// <summary>What the handler of tokens threw, if it was that.</summary>
    private static CipherUnavailableException? Unavailable(Exception? exception) =>
        exception is null or CipherUnavailableException
            ? (CipherUnavailableException?)exception
            : Unavailable(exception.InnerException);

    private static string? Status<T>(IApiResponse<T> response)
    {
        try
        {
            using var document = JsonDocument.Parse((response.Error as ApiException)?.Content ?? "{}");
            return document.RootElement.GetProperty("error").GetProperty("status").GetString();
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
