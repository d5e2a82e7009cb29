using System.Text;

namespace NodeGuard.Kubernetes.Credentials.Material;

/// <summary>What may stand in an Authorization header; anything else would be thrown back with the token in the message.</summary>
internal static class BearerToken
{
    public static Outcome<Secret> Parse(byte[] bytes, string place) => Parse(Encoding.UTF8.GetString(bytes), place);

    public static Outcome<Secret> Parse(string text, string place)
    {
        var token = text.AsSpan().Trim();
        if (token.IsEmpty)
            return Outcome<Secret>.Failed($"{place}: the token is empty");
        return token.ContainsAnyExceptInRange('!', '~')
            ? Outcome<Secret>.Failed($"{place}: the token has a space, a line break or a letter that no header can carry")
            : new Secret(token.ToString());
    }
}
