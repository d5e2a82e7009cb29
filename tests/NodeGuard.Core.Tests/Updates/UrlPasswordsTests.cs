using NodeGuard.Core.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates;

public sealed class UrlPasswordsTests
{
    [Theory]
    [InlineData("http://user:secret@proxy:3128", "http://***@proxy:3128")]
    [InlineData("https://us:p@ss/w@host/a and http://b/c", "https://***@host/a and http://b/c")]
    [InlineData("'ftp://token@host' \"http://x:y@z\"", "'ftp://***@host' \"http://***@z\"")]
    [InlineData("mail a@b, no address", "mail a@b, no address")]
    [InlineData("http://", "http://")]
    [InlineData("", "")]
    public void What_stands_in_front_of_a_host_is_not_told(string text, string masked) => UrlPasswords.Masked(text).ShouldBe(masked);
}
