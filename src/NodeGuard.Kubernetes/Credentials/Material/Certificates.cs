using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NodeGuard.Kubernetes.Credentials.Material;

/// <summary>PEM text to certificates and keys. Problems never show the text.</summary>
internal static class Certificates
{
    public static Outcome<X509Certificate2Collection> Authorities(byte[] pem, string place)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException)
        {
            return Outcome<X509Certificate2Collection>.Failed($"{place}: a certificate in it is broken; wanted certificates as PEM text");
        }

        return all.Count > 0
            ? all
            : Outcome<X509Certificate2Collection>.Failed($"{place}: holds no certificate; wanted PEM text with -----BEGIN CERTIFICATE-----");
    }

    /// <param name="place">Of the certificate.</param>
    /// <param name="keyPlace">Of its private key.</param>
    public static Outcome<ClientCertificate> Client(byte[] certificatePem, byte[] keyPem, string place, string keyPlace)
    {
        var chain = Authorities(certificatePem, place);
        if (chain.Problem is not null)
            return Outcome<ClientCertificate>.Failed(chain.Problem);
        var certificates = chain.Value!;
        var own = WithKey(certificates[0], Encoding.UTF8.GetString(keyPem), keyPlace);
        if (own.Problem is not null)
            return Outcome<ClientCertificate>.Failed(own.Problem);
        certificates.RemoveAt(0);
        return new ClientCertificate(own.Value!, certificates);
    }

    private static Outcome<X509Certificate2> WithKey(X509Certificate2 certificate, string keyPem, string place)
    {
        try
        {
            switch (certificate.GetKeyAlgorithm())
            {
                case "1.2.840.113549.1.1.1":
                    using (var rsa = RSA.Create())
                    {
                        rsa.ImportFromPem(keyPem);
                        return certificate.CopyWithPrivateKey(rsa);
                    }

                case "1.2.840.10045.2.1":
                    using (var elliptic = ECDsa.Create())
                    {
                        elliptic.ImportFromPem(keyPem);
                        return certificate.CopyWithPrivateKey(elliptic);
                    }

                default:
                    return Outcome<X509Certificate2>.Failed($"{place}: its certificate has a key that is neither RSA nor ECDSA; ask for one of these");
            }
        }
        // The key of another certificate is an ArgumentException, an encrypted key an InvalidOperation or an Argument one.
        catch (Exception e) when (e is CryptographicException or ArgumentException or InvalidOperationException)
        {
            return Outcome<X509Certificate2>.Failed($"{place}: is no private key of the certificate; wanted its unencrypted key as PEM text");
        }
    }
}
