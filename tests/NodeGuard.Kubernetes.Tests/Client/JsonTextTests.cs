using System.Text;
using NodeGuard.Kubernetes.Client;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Client;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":"\u003c\"\\"}""")]
    [InlineData("""{"a":"\ud83d\ude00 and \ud83d\ude00"}""")]
    [InlineData("""{"a":"a backslash and not an escape: \\ud800"}""")]
    [InlineData("\\")]
    [InlineData("\\u12")]
    public void WhatCanBeReadHasNoFlaw(string json) => JsonText.Flaw(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    [Theory]
    [InlineData("""{"a":"\ud83d"}""", 7)]
    [InlineData("""{"a":"\ud83d\ud83d"}""", 7)]
    [InlineData("""{"a":"\ude00"}""", 7)]
    [InlineData("""{"a":"\ud83d\ude00\ude00"}""", 19)]
    [InlineData("""{"a":"\\\ud83d \ude00"}""", 9)]
    public void HalfACharacterIsFoundAtItsPlace(string json, int place) =>
        JsonText.Flaw(Encoding.UTF8.GetBytes(json)).ShouldBe($"the escape at byte {place} is half a character");

    [Fact]
    public void BytesThatAreNoTextAreFound() => JsonText.Flaw([(byte)'"', 0xFF, (byte)'"']).ShouldBe("it is not valid UTF-8");
}
