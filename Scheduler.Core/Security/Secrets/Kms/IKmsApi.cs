using Refit;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>The two calls of Cloud KMS (REST v1) that envelopes take.</summary>
internal interface IKmsApi
{
    [Post("/v1/{**key}:encrypt")]
    Task<IApiResponse<KmsEncryptResponse>> EncryptAsync(
        string key,
        [Body] KmsEncryptRequest request,
        CancellationToken cancellationToken
    );

    [Post("/v1/{**key}:decrypt")]
    Task<IApiResponse<KmsDecryptResponse>> DecryptAsync(
        string key,
        [Body] KmsDecryptRequest request,
        CancellationToken cancellationToken
    );
}
